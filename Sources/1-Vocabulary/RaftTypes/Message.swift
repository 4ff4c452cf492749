public import BinaryCodec
public import Determinism

/// One message between two members.
public struct Envelope: Hashable, Sendable {
  public let from: NodeID
  public let to: NodeID
  /// The sender's current term. A pre-vote's prospective term stands inside the message, so that
  /// this field always obeys the term rule of §5.1.
  public let term: Term
  public let message: Message

  public init(from: NodeID, to: NodeID, term: Term, message: Message) {
    self.from = from
    self.to = to
    self.term = term
    self.message = message
  }
}

/// What members say to each other.
public enum Message: Hashable, Sendable {
  /// "Would you vote for me in that term?" Changes nothing at the receiver (§9.6).
  case preVoteRequest(VoteRequest)
  case preVoteReply(VoteReply)
  case voteRequest(VoteRequest)
  case voteReply(VoteReply)
  case append(Append)
  case appendReply(AppendReply)
  case heartbeat(Heartbeat)
  case heartbeatReply(HeartbeatReply)
  case snapshotChunk(SnapshotChunk)
  case snapshotReply(SnapshotReply)
  /// "Start an election now; your log is as long as mine" (§3.10).
  case timeoutNow(TimeoutNow)
  /// A follower asks for a read index on behalf of its own clients (§6.4).
  case readIndexRequest(ReadIndexRequest)
  case readIndexReply(ReadIndexReply)
  /// "Do you have these entries? Their bodies rotted here." Among nodes without a leader.
  case repairRequest(RepairRequest)
  case repairReply(RepairReply)
}

/// A request for a vote or a pre-vote (§5.2, §9.6).
public struct VoteRequest: Hashable, Sendable {
  /// The term the candidate runs in; for a pre-vote, the one it would run in.
  public let candidacy: Term
  /// Where the candidate's log ends (§5.4.1).
  public let lastLog: LogPosition
  /// The leader itself asked for this election: stickiness does not apply (§4.2.3).
  public let isTransfer: Bool

  public init(candidacy: Term, lastLog: LogPosition, isTransfer: Bool) {
    self.candidacy = candidacy
    self.lastLog = lastLog
    self.isTransfer = isTransfer
  }
}

/// The answer to a vote or pre-vote request.
public struct VoteReply: Hashable, Sendable {
  /// The candidacy that this answers.
  public let candidacy: Term
  public let granted: Bool
  /// How long ago the voter last heard any leader, by its own clock; since its start, when it
  /// remembers none. What an early-elected leader must wait for before it may claim the address.
  public let leaderSilence: TimeSpan

  public init(candidacy: Term, granted: Bool, leaderSilence: TimeSpan) {
    self.candidacy = candidacy
    self.granted = granted
    self.leaderSilence = leaderSilence
  }
}

/// AppendEntries (§5.3).
public struct Append: Hashable, Sendable {
  /// The position just before the entries.
  public let previous: LogPosition
  /// Consecutive, from `previous.index + 1`; empty to probe.
  public let entries: [Entry]
  /// The leader's commit index; the receiver believes it only as far as this message verified its
  /// log.
  public let commit: LogIndex

  public init(previous: LogPosition, entries: [Entry], commit: LogIndex) {
    self.previous = previous
    self.entries = entries
    self.commit = commit
  }

  /// Where the receiver's log is known to match the leader's once it accepts this.
  public var last: LogPosition { entries.last?.position ?? previous }
}

/// The answer to an `Append`.
public enum AppendReply: Hashable, Sendable {
  /// The receiver's log equals the leader's, and is durable, up to here. Never less than true,
  /// never more than durable (pitfall 4).
  case accepted(durable: LogPosition)
  /// The receiver holds no entry at `previous`; its log may match up to `hint`, and no further.
  case rejected(previous: LogPosition, hint: LogPosition)
}

/// Keeps the leader's authority, proves it for reads, and spreads the commit index. Carries no log
/// position and can therefore truncate nothing (pitfall 5).
public struct Heartbeat: Hashable, Sendable {
  /// Grows with every round the leader starts in its term; never reused (pitfall 17).
  public let round: UInt64
  /// At most what the leader knows to match at this receiver.
  public let commit: LogIndex
  /// The newest state that a quorum was found to share: who has another at this mark is wrong.
  public let agreed: StateMark?

  public init(round: UInt64, commit: LogIndex, agreed: StateMark? = nil) {
    self.round = round
    self.commit = commit
    self.agreed = agreed
  }
}

/// A replica's state at a snapshot mark, to be compared by the leader.
public struct StateMark: Hashable, Sendable {
  public let index: LogIndex
  public let hash: UInt64

  public init(index: LogIndex, hash: UInt64) {
    self.index = index
    self.hash = hash
  }
}

/// The answer to a `Heartbeat` of the same term.
public struct HeartbeatReply: Hashable, Sendable {
  public let round: UInt64
  /// The newest snapshot mark this replica applied.
  public let mark: StateMark?
  /// What this replica applied.
  public let applied: LogIndex
  /// This replica's state is lost or wrong: it wants a snapshot.
  public let needsState: Bool
  /// Whether this replica would be a good leader: its disk answers, and clients could reach it.
  public let isFit: Bool
  /// For how long from the heartbeat's arrival this voter gives nobody its vote, by its own clock,
  /// unless the leader itself asks for an election; zero: it promises nothing (§6.4.1).
  public let loyalty: TimeSpan

  public init(
    round: UInt64, mark: StateMark?, applied: LogIndex, needsState: Bool = false,
    isFit: Bool = true, loyalty: TimeSpan = .zero
  ) {
    self.isFit = isFit
    self.loyalty = loyalty
    self.round = round
    self.mark = mark
    self.applied = applied
    self.needsState = needsState
  }
}

/// A piece of a snapshot's encoded bytes (§7).
public struct SnapshotChunk: Hashable, Sendable {
  public let snapshot: SnapshotDescriptor
  /// Where `bytes` stand in the whole.
  public let offset: UInt64
  /// Length of the whole, in bytes.
  public let size: UInt64
  public let bytes: Bytes

  public init(snapshot: SnapshotDescriptor, offset: UInt64, size: UInt64, bytes: Bytes) {
    self.snapshot = snapshot
    self.offset = offset
    self.size = size
    self.bytes = bytes
  }

  public var isLast: Bool { offset + UInt64(bytes.count) == size }
}

/// The answer to a `SnapshotChunk`: how much of it the receiver holds.
public struct SnapshotReply: Hashable, Sendable {
  /// The snapshot that this is about.
  public let position: LogPosition
  /// Bytes received in order; the next chunk starts here.
  public let received: UInt64

  public init(position: LogPosition, received: UInt64) {
    self.position = position
    self.received = received
  }
}

/// Ends a leadership transfer (§3.10).
public struct TimeoutNow: Hashable, Sendable {
  /// The leader's last entry, which the transferee holds.
  public let lastLog: LogPosition

  public init(lastLog: LogPosition) { self.lastLog = lastLog }
}

/// A follower's question for a read index.
public struct ReadIndexRequest: Hashable, Sendable {
  /// Chosen by the follower, never reused by it.
  public let ticket: UInt64

  public init(ticket: UInt64) { self.ticket = ticket }
}

/// The leader's answer.
public struct ReadIndexReply: Hashable, Sendable {
  public let ticket: UInt64
  /// The index to wait for; nil when this node can give none now.
  public let index: LogIndex?

  public init(ticket: UInt64, index: LogIndex?) {
    self.ticket = ticket
    self.index = index
  }
}

/// A node's question for entries of its log whose bodies rotted. A position names one entry for
/// ever (§5.3, log matching), so whoever has it may give it, leader or not.
public struct RepairRequest: Hashable, Sendable {
  /// Ascending; at most `most`.
  public let wanted: [LogPosition]

  /// More wait for the next question.
  public static var most: Int { Limits.repairs }

  public init(wanted: [LogPosition]) { self.wanted = wanted }
}

/// What a node has of the entries that another one asked for.
public struct RepairReply: Hashable, Sendable {
  /// Exactly the entries of wanted positions; as many as fit.
  public let entries: [Entry]
  /// Positions that this node never held, and never will: its term is later than theirs.
  public let absent: [LogPosition]

  public init(entries: [Entry], absent: [LogPosition]) {
    self.entries = entries
    self.absent = absent
  }
}
