import BinaryCodec
import Determinism
import EntryFormat
import NetworkTypes
import PeerProtocol
import RaftTypes

/// Random frames from seeded dice.
struct Samples {
  var dice: Dice

  init(seed: UInt64) { dice = Dice(seed: seed) }

  mutating func bytes(upTo bound: UInt64) -> Bytes {
    let count = dice.below(bound + 1)
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: dice.next()) }[...]
  }

  /// Small, middling and nearly too large numbers alike.
  mutating func number() -> UInt64 { dice.next() >> (2 + dice.below(62)) }

  mutating func position() -> LogPosition {
    LogPosition(term: Term(number()), index: LogIndex(number()))
  }

  mutating func membership() -> Membership {
    let ids = SortedMap((0...dice.below(6)).map { _ in (NodeID(dice.next()), true) }).keys
    let members = ids.map {
      Member(
        id: $0, incarnation: DiskIncarnation(dice.next()), peerAddress: "peer-\($0):7391",
        clientAddress: "[::1]:\(dice.below(65536))", prospect: prospect())
    }
    let outgoing = dice.chance(1, in: 3) ? [ids[0]] : nil
    return Membership(
      members: SortedMap(members.map { ($0.id, $0) }), voters: [ids[ids.count - 1]],
      outgoing: outgoing)
  }

  mutating func prospect() -> Prospect {
    switch dice.below(5) {
    case 0: .trial(replacing: nil)
    case 1: .trial(replacing: NodeID(dice.next()))
    case 2: .promotion
    case 3: .leaving
    default: .none
    }
  }

  mutating func payload() -> Payload {
    switch dice.below(6) {
    case 0:
      .genesis(ClusterID(dice.next(), epoch: dice.next()), membership())
    case 1: .termStart(claim: bytes(upTo: 20))
    case 2: .membership(membership())
    case 3: .snapshotMark
    case 4: .address(bytes(upTo: 20))
    default: .command(bytes(upTo: 300))
    }
  }

  mutating func append() -> Append {
    let previous = LogPosition(term: Term(dice.below(9)), index: LogIndex(number() >> 1))
    var last = previous
    var entries: [Entry] = []
    for _ in 0..<dice.below(5) {
      last = LogPosition(
        term: Term(last.term.number + dice.below(2)), index: last.index.next)
      entries.append(
        Entry(position: last, logTime: LogTime(milliseconds: number()), payload: payload()))
    }
    return Append(previous: previous, entries: entries, commit: LogIndex(number()))
  }

  mutating func chunk() -> SnapshotChunk {
    let offset = number() >> 1
    let bytes = bytes(upTo: 200)
    let descriptor = SnapshotDescriptor(
      position: position(), logTime: LogTime(milliseconds: number()), membership: membership(),
      cluster: ClusterID(dice.next(), epoch: dice.next()), stateHash: dice.next())
    return SnapshotChunk(
      snapshot: descriptor, offset: offset,
      size: offset + UInt64(bytes.count) + dice.below(1000), bytes: bytes)
  }

  mutating func voteRequest() -> VoteRequest {
    VoteRequest(
      candidacy: Term(number()), lastLog: position(), isTransfer: dice.chance(1, in: 2))
  }

  mutating func voteReply() -> VoteReply {
    VoteReply(
      candidacy: Term(number()), granted: dice.chance(1, in: 2),
      leaderSilence: TimeSpan(nanoseconds: number()))
  }

  mutating func mark() -> StateMark? {
    dice.chance(1, in: 2) ? StateMark(index: LogIndex(number()), hash: dice.next()) : nil
  }

  /// Positions whose indexes ascend, with gaps.
  mutating func rising() -> [LogPosition] {
    var index = LogIndex(dice.below(1000))
    return (0..<dice.below(6)).map { _ in
      index = index + Int(1 + dice.below(50))
      return LogPosition(term: Term(number()), index: index)
    }
  }

  private mutating func command() -> Payload { .command(bytes(upTo: 300)) }

  /// How many kinds of messages `message(_:)` knows.
  static let messageKinds: UInt64 = 16

  mutating func message(_ kind: UInt64) -> Message {
    switch kind {
    case 0: .preVoteRequest(voteRequest())
    case 1: .preVoteReply(voteReply())
    case 2: .voteRequest(voteRequest())
    case 3: .voteReply(voteReply())
    case 4: .append(append())
    case 5: .appendReply(.accepted(durable: position()))
    case 6: .appendReply(.rejected(previous: position(), hint: position()))
    case 7:
      .heartbeat(Heartbeat(round: number(), commit: LogIndex(number()), agreed: mark()))
    case 8:
      .heartbeatReply(
        HeartbeatReply(
          round: number(), mark: mark(), applied: LogIndex(number()),
          needsState: dice.chance(1, in: 2),
          isFit: dice.chance(1, in: 2),
          loyalty: dice.chance(1, in: 2) ? .zero : .nanoseconds(1 + number() / 2)))
    case 9: .snapshotChunk(chunk())
    case 10: .snapshotReply(SnapshotReply(position: position(), received: number()))
    case 11: .timeoutNow(TimeoutNow(lastLog: position()))
    case 12: .readIndexRequest(ReadIndexRequest(ticket: dice.next()))
    case 13: .repairRequest(RepairRequest(wanted: rising()))
    case 14:
      .repairReply(
        RepairReply(
          entries: rising().map {
            Entry(position: $0, logTime: LogTime(milliseconds: number()), payload: command())
          }, absent: rising()))
    default:
      .readIndexReply(
        ReadIndexReply(
          ticket: dice.next(), index: dice.chance(1, in: 2) ? LogIndex(number()) : nil))
    }
  }

  mutating func envelope(_ kind: UInt64) -> PeerFrame {
    .raft(
      Envelope(
        from: NodeID(dice.next()), to: NodeID(dice.next()), term: Term(number()),
        message: message(kind)))
  }

  mutating func call() -> PeerCall { PeerCall(id: dice.next(), bytes: bytes(upTo: 400)) }

  private mutating func address(_ family: IPAddress.Family) -> IPAddress {
    let bytes = (0..<family.byteCount).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
    return IPAddress(bytes: bytes) ?? .unspecified(family)
  }

  /// Connections to two places, of either family.
  mutating func flows() -> [Flow] {
    let places = [IPAddress.Family.v4, .v6].map { (address($0), UInt16(dice.below(65_536))) }
    return (0..<dice.below(20)).map { _ in
      let (local, port) = places[Int(dice.below(2))]
      return Flow(
        local: local, localPort: port, remote: address(local.family),
        remotePort: UInt16(dice.below(65_536)))
    }
  }

  mutating func update() -> FlowUpdate {
    let isWhole = dice.chance(1, in: 2)
    return FlowUpdate(
      term: Term(number()), sequence: number(), isWhole: isWhole, opened: flows(),
      closed: isWhole ? [] : flows())
  }

  /// One frame of every kind that exists, with random content.
  mutating func everyKind() -> [PeerFrame] {
    (0..<Self.messageKinds).map { envelope($0) }
      + [
        .forward(call()), .forwardReply(call()), .statusRequest(call()), .statusReply(call()),
        .pieceRequest(PieceRequest(position: position(), offset: number())),
        .pieceReply(SnapshotPiece(position: position(), offset: number(), bytes: bytes(upTo: 400))),
        .addressReleased(Term(number())), .flows(update()),
      ]
  }

  mutating func frame() -> PeerFrame {
    let all = everyKind()
    return all[Int(dice.below(UInt64(all.count)))]
  }
}

/// The bytes of frames, one behind the other.
func encoded(_ frames: [PeerFrame]) -> [UInt8] {
  var writer = ByteWriter()
  for frame in frames { frame.write(to: &writer) }
  return writer.bytes
}

/// Every frame that `decoder` can give now.
func frames(from decoder: inout FrameDecoder) throws(PeerFault) -> [PeerFrame] {
  var found: [PeerFrame] = []
  while let raw = try decoder.next() { found.append(try PeerFrame(raw)) }
  return found
}

/// Every frame in `bytes`, fed at once.
func decoded(_ bytes: Bytes, limit: Int = Limits.frameBody) throws(PeerFault) -> [PeerFrame] {
  var decoder = FrameDecoder(limit: limit)
  decoder.feed(bytes)
  return try frames(from: &decoder)
}
