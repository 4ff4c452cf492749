import ClientProtocol
import Glibc
import HTTPAPI
import Logging
import NIOCore
import PeerProtocol
import PeerSockets
import RaftTypes

/// A node on an empty disk: it belongs to no cluster, and never founds one. It answers every client
/// with what to do, and waits to be contacted (pitfall 69).
final class WaitingNode: RunningNode {
  private let configuration: NodeConfiguration
  private let loop: any EventLoop
  private let ended: EventLoopPromise<Void>
  private let log: Logger
  private let server: HTTPServer
  private let port: WaitingPort

  init(
    _ configuration: NodeConfiguration, on loop: any EventLoop, ended: EventLoopPromise<Void>,
    log: Logger
  ) {
    self.configuration = configuration
    self.loop = loop
    self.ended = ended
    self.log = log
    port = WaitingPort(configuration)
    server = HTTPServer(on: loop, port: port)
  }

  func listen() -> EventLoopFuture<Void> {
    let endpoint = configuration.client
    do {
      let address = try SocketAddress.makeAddressResolvingHost(
        endpoint.host, port: endpoint.port)
      return server.listen(on: address).flatMapErrorThrowing {
        throw StartFault.bind("listen.client", endpoint, $0)
      }.assumeIsolated().map { _ in
        self.server.start()
        self.log.warning("\(self.configuration.data) is empty. \(WaitingPort.remedy)")
      }.nonisolated()
    } catch {
      return loop.makeFailedFuture(StartFault.badAddress("listen.client", endpoint))
    }
  }

  func stop() { ended.succeed() }

  func close() -> EventLoopFuture<Void> { server.drain(within: .seconds(1)) }
}

/// Answers for a node that has nothing to answer from.
final class WaitingPort: RequestPort {
  static let remedy =
    "This node belongs to no cluster and never founds one by itself. "
    + "A new cluster: `kvctl cluster init`. A disk that was lost: while a majority of the voters "
    + "lives, remove this member and add it again; when a majority was lost, restore their data "
    + "directories from copies: what only they held cannot be invented."

  private let configuration: NodeConfiguration

  init(_ configuration: NodeConfiguration) { self.configuration = configuration }

  func submit(_ call: ClientCall, from receiver: any ReplyReceiver, tag: UInt64) {
    let error = ClientError(.starting, Self.remedy, outcome: .notApplied, retryable: true)
    receiver.deliver(ClientReply(stamp: stamp, body: .failed(error)), tag: tag)
  }

  var stamp: ReplyStamp {
    ReplyStamp(node: configuration.id, term: .zero, index: .zero, revision: Revision(0))
  }

  var condition: NodeCondition {
    let status = NodeStatus(
      id: configuration.id, pid: UInt32(getpid()),
      clientAddress: configuration.client.description,
      peerAddress: configuration.peer.description, role: .unknown, term: .zero,
      lastIndex: .zero, commitIndex: .zero, appliedIndex: .zero, snapshotIndex: .zero,
      stateHash: 0, revision: Revision(0), keys: 0, diskBytes: 0, reachable: true)
    return NodeCondition(
      isAlive: true, status: status, leader: nil,
      checks: [.init(name: "member", isPassed: false, detail: Self.remedy)])
  }

  func writeMetrics(to page: inout MetricsPage) {}
}
