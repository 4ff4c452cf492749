import HTTPAPI
import NIOCore
import PeerSockets

/// Opens the doors of a node: first that for members, then that for clients.
enum Listening {
  /// Fails with `StartFault`, which names the key of the address that cannot be bound.
  static func start(
    _ hub: PeerHub, _ server: HTTPServer, _ configuration: NodeConfiguration,
    on loop: any EventLoop
  ) -> EventLoopFuture<Void> {
    let (peer, client) = (configuration.peer, configuration.client)
    guard let peerAddress = PeerAddress(peer.description) else {
      return loop.makeFailedFuture(StartFault.badAddress("listen.peer", peer))
    }
    let peers = hub.listen(on: peerAddress).flatMapErrorThrowing {
      throw StartFault.bind("listen.peer", peer, $0)
    }
    return peers.assumeIsolated().flatMap { _ -> EventLoopFuture<SocketAddress> in
      do {
        let address = try SocketAddress.makeAddressResolvingHost(client.host, port: client.port)
        return server.listen(on: address).flatMapErrorThrowing {
          throw StartFault.bind("listen.client", client, $0)
        }
      } catch {
        return loop.makeFailedFuture(StartFault.badAddress("listen.client", client))
      }
    }.map { _ in server.start() }.nonisolated()
  }
}
