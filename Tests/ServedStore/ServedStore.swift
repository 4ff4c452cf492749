internal import BinaryCodec
package import ClientProtocol
internal import HTTPAPI
internal import KeyValueStore
internal import NIOCore
internal import NIOPosix
internal import RaftTypes

/// A real server in front of a real store, without a cluster between them: what clients are tested
/// with.
package final class ServedStore: Sendable {
  /// What becomes of the reply to a request that was carried out.
  package enum Fate: Sendable {
    case delivered
    /// The client is told that nobody knows: what a leader's death after the commit looks like.
    case unknown
    /// Refused before anything is done.
    case refused(ClientError.Code, retryable: Bool = true)
    case neverSent
  }

  package let port: UInt16
  private let loop: any EventLoop
  private let server: NIOLoopBound<HTTPServer>
  private let node: NIOLoopBound<StoreNode>

  private init(
    _ port: Int, _ loop: any EventLoop, _ server: NIOLoopBound<HTTPServer>,
    _ node: NIOLoopBound<StoreNode>
  ) {
    self.port = UInt16(clamping: port)
    self.loop = loop
    self.server = server
    self.node = node
  }

  /// - Parameter fate: of the request with this number, counted from 0.
  package static func start(
    fate: @escaping @Sendable (Int) -> Fate = { _ in .delivered }
  ) async throws -> ServedStore {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let (server, node) = try await loop.submit {
      let node = StoreNode(fate)
      let server = HTTPServer(on: loop, port: node)
      server.start()
      return (NIOLoopBound(server, eventLoop: loop), NIOLoopBound(node, eventLoop: loop))
    }.get()
    let any = try SocketAddress(ipAddress: "127.0.0.1", port: 0)
    let address = try await loop.flatSubmit { server.value.listen(on: any) }.get()
    return ServedStore(address.port ?? 0, loop, server, node)
  }

  /// Requests that reached the node.
  package var requests: Int {
    get async throws {
      let node = node
      return try await loop.submit { node.value.requests }.get()
    }
  }
}
