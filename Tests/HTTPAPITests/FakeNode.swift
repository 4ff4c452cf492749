import BinaryCodec
import ClientProtocol
import HTTPAPI
import RaftTypes

/// A node that keeps the calls it gets, and answers them when the test says so.
final class FakeNode: RequestPort {
  struct Asked {
    let call: ClientCall
    let receiver: any ReplyReceiver
    let tag: UInt64
  }

  /// Somebody who downloads a snapshot, and what he waits for.
  struct Wished {
    let wish: SnapshotWish
    let taker: any SnapshotTaker
  }

  var asked: [Asked] = []
  var wished: [Wished] = []
  /// The file of the only snapshot; nil: there is none.
  var snapshot: [UInt8]?
  /// When set, every call is answered with it at once.
  var answer: ClientReply.Body?
  var isAlive = true
  var cluster: ClusterID? = ClusterID(0xbeef, epoch: 1)
  var checks: [NodeCondition.Check] = []

  var addressReport = AddressReport()
  private(set) var announcements = 0

  func announceAddress() { announcements += 1 }

  var stamp: ReplyStamp {
    ReplyStamp(node: NodeID(3), term: Term(7), index: LogIndex(41), revision: Revision(40))
  }

  var condition: NodeCondition {
    NodeCondition(
      isAlive: isAlive, disk: DiskIncarnation(0x1f2e), cluster: cluster,
      status: .example(3, role: .follower),
      leader: LeaderHint(id: NodeID(1), client: "127.0.0.1:7381"), checks: checks)
  }

  func submit(_ call: ClientCall, from receiver: any ReplyReceiver, tag: UInt64) {
    asked.append(Asked(call: call, receiver: receiver, tag: tag))
    if let answer { reply(answer) }
  }

  func read(_ wish: SnapshotWish, for taker: any SnapshotTaker) {
    wished.append(Wished(wish: wish, taker: taker))
  }

  static let snapshotPosition = LogPosition(term: Term(6), index: LogIndex(30))

  /// Reads for whoever has waited longest, as far as the file and the wish go.
  func readSnapshot() {
    let wished = wished.removeFirst()
    let position = wished.wish.position ?? Self.snapshotPosition
    guard let snapshot, position == Self.snapshotPosition else { return wished.taker.take(nil) }
    let bytes = snapshot.dropFirst(Int(wished.wish.offset)).prefix(wished.wish.count)
    wished.taker.take(
      SnapshotPiece(position: position, size: UInt64(snapshot.count), bytes: bytes))
  }

  func writeMetrics(to page: inout MetricsPage) {
    page.gauge("quoin_raft_term", "The current term.", 7)
  }

  /// Answers the call that has waited longest, or the one at `place`.
  func reply(_ body: ClientReply.Body, to place: Int = 0) {
    let asked = asked.remove(at: place)
    asked.receiver.deliver(ClientReply(stamp: stamp, body: body), tag: asked.tag)
  }

  /// The command that the only waiting call writes.
  var command: Command? {
    guard case .write(let bytes)? = asked.first?.call.request else { return nil }
    return try? Command(decoding: bytes)
  }

  var query: RangeQuery? {
    guard case .read(let query, _)? = asked.first?.call.request else { return nil }
    return query
  }
}

extension ClientReply.Body {
  static func put(_ revision: UInt64, previous: KeyValue? = nil) -> Self {
    .written(
      CommandResult(revision: Revision(revision), outcome: .put(previous: previous)))
  }

  static func found(_ items: [KeyValue], count: UInt64? = nil, more: Bool = false) -> Self {
    .range(
      RangeResult(
        items: items, count: count ?? UInt64(items.count), more: more,
        readRevision: Revision(40)))
  }

  static func failed(
    _ code: ClientError.Code, outcome: ClientError.Outcome = .notApplied, retryable: Bool = true,
    leader: LeaderHint? = nil
  ) -> Self {
    .failed(
      ClientError(code, "because", outcome: outcome, retryable: retryable, leader: leader))
  }
}

extension KeyValue {
  static func example(_ key: String, _ value: Bytes = Bytes("v".utf8)) -> KeyValue {
    KeyValue(
      key: Bytes(key.utf8), value: value, createRevision: Revision(5), modRevision: Revision(9),
      version: 2, lease: nil)
  }
}

extension NodeStatus {
  static func example(_ id: UInt64, role: Role) -> NodeStatus {
    NodeStatus(
      id: NodeID(id), pid: 1000 + UInt32(id), clientAddress: "127.0.0.1:738\(id)",
      peerAddress: "127.0.0.1:739\(id)", role: role, term: Term(7), lastIndex: LogIndex(45),
      commitIndex: LogIndex(44), appliedIndex: LogIndex(41), snapshotIndex: LogIndex(20),
      stateHash: 0xabc, revision: Revision(40), keys: 12, diskBytes: 64 << 20, reachable: true)
  }
}
