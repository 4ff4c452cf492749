internal import ClientProtocol
internal import Determinism
internal import HTTPAPI
internal import KeyValueStore
internal import RaftTypes

/// Applies every command at once.
final class StoreNode: RequestPort {
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
    NodeCondition(
      isAlive: true, disk: DiskIncarnation(1), cluster: ClusterID(1, epoch: 1), status: status,
      leader: nil, checks: [])
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
    case .changeMembership, .membership:
      let member = Member(
        id: status.id, incarnation: DiskIncarnation(1), peerAddress: status.peerAddress,
        clientAddress: status.clientAddress)
      return .membership(
        MembershipView(
          membership: Membership(voters: [member]), index: LogIndex(1), isCommitted: true,
          leader: status.id, last: store.appliedIndex,
          matches: SortedMap([(status.id, store.appliedIndex)])))
    }
  }
}
