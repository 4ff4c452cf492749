internal import BinaryCodec
internal import Determinism
internal import EntryFormat
internal import RaftTypes

/// The bytes of an `Envelope`: the body of a Raft frame.
///
/// ```
/// from u64 | to u64 | term u64 | message u8 | fields of the message, as declared
/// ```
/// A position is term u64, index u64; entries are a u32 count and `EntryFormat` each.
enum MessageFormat {
  enum Code: UInt8 {
    case preVoteRequest = 1
    case preVoteReply = 2
    case voteRequest = 3
    case voteReply = 4
    case append = 5
    case appendAccepted = 6
    case appendRejected = 7
    case heartbeat = 8
    case heartbeatReply = 9
    case snapshotChunk = 10
    case snapshotReply = 11
    case timeoutNow = 12
    case readIndexRequest = 13
    case readIndexReply = 14
    case repairRequest = 15
    case repairReply = 16
  }

  /// Bytes that `write` appends; memberships are estimated, messages of fixed fields count as the
  /// largest.
  static func size(of envelope: Envelope) -> Int {
    switch envelope.message {
    case .append(let append):
      return 53 + append.entries.reduce(0) { $0 + EntryFormat.size(of: $1) }
    case .snapshotChunk(let chunk):
      return 93 + 64 * chunk.snapshot.membership.members.count + chunk.bytes.count
    case .repairRequest(let request): return 29 + 16 * request.wanted.count
    case .repairReply(let reply):
      return 33 + 16 * reply.absent.count
        + reply.entries.reduce(0) { $0 + EntryFormat.size(of: $1) }
    case .preVoteRequest, .preVoteReply, .voteRequest, .voteReply, .appendReply, .heartbeat,
      .heartbeatReply, .snapshotReply, .timeoutNow, .readIndexRequest, .readIndexReply:
      return 72
    }
  }

  static func write(_ envelope: Envelope, to writer: inout ByteWriter) {
    writer.write(envelope.from.number)
    writer.write(envelope.to.number)
    writer.write(envelope.term.number)
    switch envelope.message {
    case .preVoteRequest(let request): write(request, .preVoteRequest, to: &writer)
    case .preVoteReply(let reply): write(reply, .preVoteReply, to: &writer)
    case .voteRequest(let request): write(request, .voteRequest, to: &writer)
    case .voteReply(let reply): write(reply, .voteReply, to: &writer)
    case .append(let append): write(append, to: &writer)
    case .appendReply(let reply): write(reply, to: &writer)
    case .heartbeat(let heartbeat):
      writer.write(Code.heartbeat.rawValue)
      writer.write(heartbeat.round)
      writer.write(heartbeat.commit.number)
      write(heartbeat.agreed, to: &writer)
    case .heartbeatReply(let reply): write(reply, to: &writer)
    case .snapshotChunk(let chunk): write(chunk, to: &writer)
    case .snapshotReply(let reply):
      writer.write(Code.snapshotReply.rawValue)
      MembershipFormat.write(reply.position, to: &writer)
      writer.write(reply.received)
    case .timeoutNow(let order):
      writer.write(Code.timeoutNow.rawValue)
      MembershipFormat.write(order.lastLog, to: &writer)
    case .readIndexRequest(let request):
      writer.write(Code.readIndexRequest.rawValue)
      writer.write(request.ticket)
    case .readIndexReply(let reply):
      writer.write(Code.readIndexReply.rawValue)
      writer.write(reply.ticket)
      writer.write(optional: reply.index) { $0.write($1.number) }
    case .repairRequest(let request):
      writer.write(Code.repairRequest.rawValue)
      write(request.wanted, to: &writer)
    case .repairReply(let reply):
      writer.write(Code.repairReply.rawValue)
      write(reply.absent, to: &writer)
      writer.write(UInt32(reply.entries.count))
      for entry in reply.entries { EntryFormat.write(entry, to: &writer) }
    }
  }

  private static func write(_ positions: [LogPosition], to writer: inout ByteWriter) {
    writer.write(UInt32(positions.count))
    for position in positions { MembershipFormat.write(position, to: &writer) }
  }

  private static func write(_ mark: StateMark?, to writer: inout ByteWriter) {
    writer.write(optional: mark) {
      $0.write($1.index.number)
      $0.write($1.hash)
    }
  }

  private static func write(_ request: VoteRequest, _ code: Code, to writer: inout ByteWriter) {
    writer.write(code.rawValue)
    writer.write(request.candidacy.number)
    MembershipFormat.write(request.lastLog, to: &writer)
    writer.write(request.isTransfer)
  }

  private static func write(_ reply: VoteReply, _ code: Code, to writer: inout ByteWriter) {
    writer.write(code.rawValue)
    writer.write(reply.candidacy.number)
    writer.write(reply.granted)
    writer.write(reply.leaderSilence.nanoseconds)
  }

  private static func write(_ append: Append, to writer: inout ByteWriter) {
    writer.write(Code.append.rawValue)
    MembershipFormat.write(append.previous, to: &writer)
    writer.write(append.commit.number)
    writer.write(UInt32(append.entries.count))
    for entry in append.entries { EntryFormat.write(entry, to: &writer) }
  }

  private static func write(_ reply: AppendReply, to writer: inout ByteWriter) {
    switch reply {
    case .accepted(let durable):
      writer.write(Code.appendAccepted.rawValue)
      MembershipFormat.write(durable, to: &writer)
    case .rejected(let previous, let hint):
      writer.write(Code.appendRejected.rawValue)
      MembershipFormat.write(previous, to: &writer)
      MembershipFormat.write(hint, to: &writer)
    }
  }

  private static func write(_ reply: HeartbeatReply, to writer: inout ByteWriter) {
    writer.write(Code.heartbeatReply.rawValue)
    writer.write(reply.round)
    write(reply.mark, to: &writer)
    writer.write(reply.applied.number)
    writer.write(reply.needsState)
    // One byte, and nothing behind it where no lease is: a node without lease reads says and
    // understands what it did before there were any.
    let isLoyal = reply.loyalty > .zero
    writer.write((reply.isFit ? Sign.isFit : 0) | (isLoyal ? Sign.isLoyal : 0))
    if isLoyal { writer.write(reply.loyalty.nanoseconds) }
  }

  /// What the last byte of a heartbeat's answer is made of.
  enum Sign {
    static let isFit: UInt8 = 1
    static let isLoyal: UInt8 = 2
  }

  private static func write(_ chunk: SnapshotChunk, to writer: inout ByteWriter) {
    writer.write(Code.snapshotChunk.rawValue)
    MembershipFormat.write(chunk.snapshot, to: &writer)
    writer.write(chunk.offset)
    writer.write(chunk.size)
    writer.write(raw: chunk.bytes)
  }
}
