internal import BinaryCodec
internal import Determinism
internal import EntryFormat
internal import RaftTypes

extension MessageFormat {
  /// The envelope that is exactly `body`; entries and chunks share its buffer.
  static func read(_ body: Bytes) throws(DecodingFault) -> Envelope {
    var reader = ByteReader(body)
    let from = NodeID(try reader.readUInt64())
    let to = NodeID(try reader.readUInt64())
    let term = Term(try reader.readNumber())
    let byte = try reader.readUInt8()
    guard let code = Code(rawValue: byte) else { throw .unknown("message", value: UInt64(byte)) }
    let message = try read(code, from: &reader)
    try reader.finish()
    return Envelope(from: from, to: to, term: term, message: message)
  }

  private static func read(
    _ code: Code, from reader: inout ByteReader
  ) throws(DecodingFault) -> Message {
    switch code {
    case .preVoteRequest: .preVoteRequest(try readVoteRequest(from: &reader))
    case .preVoteReply: .preVoteReply(try readVoteReply(from: &reader))
    case .voteRequest: .voteRequest(try readVoteRequest(from: &reader))
    case .voteReply: .voteReply(try readVoteReply(from: &reader))
    case .append: .append(try readAppend(from: &reader))
    case .appendAccepted: .appendReply(.accepted(durable: try reader.readPosition()))
    case .appendRejected:
      .appendReply(
        .rejected(previous: try reader.readPosition(), hint: try reader.readPosition()))
    case .heartbeat:
      .heartbeat(
        Heartbeat(
          round: try reader.readNumber(), commit: LogIndex(try reader.readNumber()),
          agreed: try reader.readMark()))
    case .heartbeatReply: .heartbeatReply(try readHeartbeatReply(from: &reader))
    case .snapshotChunk: .snapshotChunk(try readChunk(from: &reader))
    case .snapshotReply:
      .snapshotReply(
        SnapshotReply(position: try reader.readPosition(), received: try reader.readNumber()))
    case .timeoutNow: .timeoutNow(TimeoutNow(lastLog: try reader.readPosition()))
    case .readIndexRequest:
      .readIndexRequest(ReadIndexRequest(ticket: try reader.readUInt64()))
    case .readIndexReply: .readIndexReply(try readReadIndexReply(from: &reader))
    case .repairRequest: .repairRequest(RepairRequest(wanted: try readPositions(from: &reader)))
    case .repairReply: .repairReply(try readRepairReply(from: &reader))
    }
  }

  private static func readVoteRequest(
    from reader: inout ByteReader
  ) throws(DecodingFault) -> VoteRequest {
    VoteRequest(
      candidacy: Term(try reader.readNumber()), lastLog: try reader.readPosition(),
      isTransfer: try reader.readBool())
  }

  private static func readVoteReply(
    from reader: inout ByteReader
  ) throws(DecodingFault) -> VoteReply {
    VoteReply(
      candidacy: Term(try reader.readNumber()), granted: try reader.readBool(),
      leaderSilence: TimeSpan(nanoseconds: try reader.readNumber()))
  }

  private static func readAppend(from reader: inout ByteReader) throws(DecodingFault) -> Append {
    let previous = try reader.readPosition()
    let commit = LogIndex(try reader.readNumber())
    // An entry takes at least its header, so the bytes at hand bound what a count may make us
    // reserve.
    let count = try reader.readCount(limit: reader.remaining / EntryFormat.headerSize)
    var entries: [Entry] = []
    entries.reserveCapacity(count)
    var last = previous
    for _ in 0..<count {
      let entry = try EntryFormat.read(from: &reader)
      guard entry.index == last.index.next, entry.term >= last.term else {
        throw .inconsistent("entry \(entry.position) follows \(last)")
      }
      guard entry.index.number < Limits.number, entry.term.number < Limits.number,
        entry.logTime.milliseconds < Limits.number
      else { throw .inconsistent("entry \(entry.position) is beyond every log") }
      last = entry.position
      entries.append(entry)
    }
    return Append(previous: previous, entries: entries, commit: commit)
  }

  private static func readHeartbeatReply(
    from reader: inout ByteReader
  ) throws(DecodingFault) -> HeartbeatReply {
    let round = try reader.readNumber()
    let mark = try reader.readMark()
    let applied = LogIndex(try reader.readNumber())
    let needsState = try reader.readBool()
    let signs = try reader.readUInt8()
    guard signs <= Sign.isFit | Sign.isLoyal else {
      throw .unknown("signs", value: UInt64(signs))
    }
    let isLoyal = signs & Sign.isLoyal != 0
    let loyalty = TimeSpan(nanoseconds: isLoyal ? try reader.readNumber() : 0)
    guard isLoyal == (loyalty > .zero) else {
      throw .inconsistent("a promise for no time")
    }
    return HeartbeatReply(
      round: round, mark: mark, applied: applied, needsState: needsState,
      isFit: signs & Sign.isFit != 0, loyalty: loyalty)
  }

  private static func readPositions(
    from reader: inout ByteReader
  ) throws(DecodingFault) -> [LogPosition] {
    let count = try reader.readCount(limit: RepairRequest.most)
    var positions: [LogPosition] = []
    for _ in 0..<count {
      let position = try reader.readPosition()
      guard position.index > positions.last?.index ?? .zero else {
        throw .inconsistent("position \(position) is out of order")
      }
      positions.append(position)
    }
    return positions
  }

  private static func readRepairReply(
    from reader: inout ByteReader
  ) throws(DecodingFault) -> RepairReply {
    let absent = try readPositions(from: &reader)
    let count = try reader.readCount(limit: RepairRequest.most)
    var entries: [Entry] = []
    for _ in 0..<count {
      let entry = try EntryFormat.read(from: &reader)
      guard entry.index > entries.last?.index ?? .zero else {
        throw .inconsistent("entry \(entry.position) is out of order")
      }
      entries.append(entry)
    }
    return RepairReply(entries: entries, absent: absent)
  }

  private static func readChunk(
    from reader: inout ByteReader
  ) throws(DecodingFault) -> SnapshotChunk {
    let snapshot = try MembershipFormat.readSnapshot(from: &reader)
    let position = snapshot.position
    guard position.term.number < Limits.number, position.index.number < Limits.number else {
      throw .inconsistent("snapshot \(position) is beyond every log")
    }
    let offset = try reader.readNumber()
    let size = try reader.readNumber()
    let bytes = try reader.readRaw(reader.remaining)
    guard offset <= size, UInt64(bytes.count) <= size - offset else {
      throw .inconsistent("\(bytes.count) bytes at \(offset) of a snapshot of \(size)")
    }
    return SnapshotChunk(snapshot: snapshot, offset: offset, size: size, bytes: bytes)
  }

  private static func readReadIndexReply(
    from reader: inout ByteReader
  ) throws(DecodingFault) -> ReadIndexReply {
    let ticket = try reader.readUInt64()
    let index: LogIndex? = try reader.readOptional {
      (inner: inout ByteReader) throws(DecodingFault) in LogIndex(try inner.readNumber())
    }
    return ReadIndexReply(ticket: ticket, index: index)
  }
}

extension ByteReader {
  /// A number that counts something real: below `Limits.number`.
  mutating func readNumber() throws(DecodingFault) -> UInt64 {
    let number = try readUInt64()
    guard number < Limits.number else { throw .unknown("number", value: number) }
    return number
  }

  fileprivate mutating func readMark() throws(DecodingFault) -> StateMark? {
    try readOptional { (inner: inout ByteReader) throws(DecodingFault) in
      StateMark(index: LogIndex(try inner.readNumber()), hash: try inner.readUInt64())
    }
  }

  fileprivate mutating func readPosition() throws(DecodingFault) -> LogPosition {
    LogPosition(term: Term(try readNumber()), index: LogIndex(try readNumber()))
  }
}
