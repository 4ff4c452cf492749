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

/// Applies every command at once.
private final class StoreNode: RequestPort {
  private var store = Store()
  private let fate: @Sendable (Int) -> ServedStore.Fate
  private(set) var requests = 0

  init(_ fate: @escaping @Sendable (Int) -> ServedStore.Fate) { self.fate = fate }

  var stamp: ReplyStamp {
    ReplyStamp(
      node: NodeID(1), term: Term(1), index: store.appliedIndex, revision: store.revision)
  }

  private var status: NodeStatus {
    NodeStatus(
      id: NodeID(1), pid: 4711, clientAddress: "127.0.0.1:1", peerAddress: "127.0.0.1:2",
      role: .leader, term: Term(1), lastIndex: store.appliedIndex,
      commitIndex: store.appliedIndex, appliedIndex: store.appliedIndex, snapshotIndex: .zero,
      stateHash: store.stateHash, revision: store.revision, keys: 0, diskBytes: 0,
      reachable: true)
  }

  var condition: NodeCondition {
    NodeCondition(isAlive: true, status: status, leader: nil, checks: [])
  }

  func writeMetrics(to page: inout MetricsPage) {}

  func submit(_ call: ClientCall, from receiver: any ReplyReceiver, tag: UInt64) {
    requests += 1
    let deliver = { (body: ClientReply.Body) in
      receiver.deliver(ClientReply(stamp: self.stamp, body: body), tag: tag)
    }
    switch fate(requests - 1) {
    case .delivered: deliver(perform(call.request))
    case .neverSent: _ = perform(call.request)
    case .refused(let code, let retryable):
      deliver(
        .failed(ClientError(code, "scripted", outcome: .notApplied, retryable: retryable)))
    case .unknown:
      _ = perform(call.request)
      deliver(
        .failed(ClientError(.connectionLost, "scripted", outcome: .unknown, retryable: false)))
    }
  }

  private func perform(_ request: ClientRequest) -> ClientReply.Body {
    switch request {
    case .write(let bytes):
      let time = LogTime(milliseconds: store.appliedTime.milliseconds + 1)
      return .written(store.apply(bytes, at: store.appliedIndex.next, time: time))
    case .read(let query, _):
      do {
        return .range(try store.read(query))
      } catch {
        return .failed(
          ClientError(.compacted, "\(error)", outcome: .notApplied, retryable: false))
      }
    case .transferLeadership(let target): return .transferred(to: target ?? NodeID(2))
    case .takeSnapshot:
      return .snapshotTaken(LogPosition(term: Term(1), index: store.appliedIndex), bytes: 4096)
    case .clusterStatus:
      return .status(
        ClusterStatus(
          cluster: ClusterID(0xfeed, epoch: 1), term: Term(1), leader: NodeID(1),
          revision: store.revision,
          vip: VirtualAddressStatus(address: "127.0.0.100:7379", holder: NodeID(1)),
          nodes: [status], canLose: 0))
    }
  }
}
