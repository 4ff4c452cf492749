public import BinaryCodec

/// Makes a write exactly-once: the state machine answers a repeated sequence of a session with the
/// first answer (§6.3).
public struct SessionStamp: Hashable, Sendable {
  public let session: UInt64
  /// Grows by one with each new request of the session.
  public let sequence: UInt64

  public init(session: UInt64, sequence: UInt64) {
    self.session = session
    self.sequence = sequence
  }
}

/// One write transaction, as it stands in the log.
public struct Command: Hashable, Sendable {
  public var stamp: SessionStamp?
  public var operation: Operation

  public init(_ operation: Operation, stamp: SessionStamp? = nil) {
    self.operation = operation
    self.stamp = stamp
  }

  /// What the command does.
  public enum Operation: Hashable, Sendable {
    case put(Put)
    case delete(Delete)
    case transaction(Transaction)
    /// Forget the history before this revision.
    case compact(Revision)
    case session(SessionOperation)
  }
}

/// What a client asks of the session table (§6.3). Never stamped itself: a session opened twice by
/// a retry is never used and expires.
public enum SessionOperation: Hashable, Sendable {
  /// A new session; its id is the log index of this command. It expires when the log's time has
  /// moved on by more than `timeToLive` milliseconds since its last use.
  case open(timeToLive: UInt64)
  /// Counts as a use.
  case renew(UInt64)
  case close(UInt64)
}

/// Writes one key.
public struct Put: Hashable, Sendable {
  public var key: Bytes
  public var value: Bytes
  public var lease: LeaseID?
  /// Answer with the key as it stood before.
  public var wantsPrevious: Bool

  public init(key: Bytes, value: Bytes, lease: LeaseID? = nil, wantsPrevious: Bool = false) {
    self.key = key
    self.value = value
    self.lease = lease
    self.wantsPrevious = wantsPrevious
  }
}

/// Deletes the keys of a range.
public struct Delete: Hashable, Sendable {
  public var range: KeyRange
  /// Answer with the keys as they stood before.
  public var wantsPrevious: Bool

  public init(range: KeyRange, wantsPrevious: Bool = false) {
    self.range = range
    self.wantsPrevious = wantsPrevious
  }
}

/// If every comparison holds, `success` is done in order, else `failure`; all of it at one
/// revision.
public struct Transaction: Hashable, Sendable {
  public var compare: [Comparison]
  public var success: [Step]
  public var failure: [Step]

  public init(compare: [Comparison], success: [Step], failure: [Step]) {
    self.compare = compare
    self.success = success
    self.failure = failure
  }

  /// What a branch does at one place.
  public enum Step: Hashable, Sendable {
    case put(Put)
    case delete(Delete)
    case range(RangeQuery)
    indirect case transaction(Transaction)
  }
}

/// A condition on every key of a range. A key that does not exist has version, revisions and lease
/// 0; a comparison of its value never holds.
public struct Comparison: Hashable, Sendable {
  /// How a property and the target must stand to each other.
  public enum Relation: UInt8, Hashable, Sendable {
    case equal = 0
    case notEqual = 1
    case less = 2
    case greater = 3
  }
  /// Which property is compared, and with what.
  public enum Target: Hashable, Sendable {
    case version(UInt64)
    case createRevision(Revision)
    case modRevision(Revision)
    case value(Bytes)
    case lease(UInt64)
  }

  public var range: KeyRange
  /// The key's property stands in this relation to `target`: property `relation` target.
  public var relation: Relation
  public var target: Target

  public init(range: KeyRange, relation: Relation, target: Target) {
    self.range = range
    self.relation = relation
    self.target = target
  }
}

/// What a command did.
public struct CommandResult: Hashable, Sendable {
  /// The store's revision after it.
  public let revision: Revision
  public let outcome: Outcome

  public init(revision: Revision, outcome: Outcome) {
    self.revision = revision
    self.outcome = outcome
  }

  /// What became of it, by operation.
  public enum Outcome: Hashable, Sendable {
    case put(previous: KeyValue?)
    case deleted(count: UInt64, previous: [KeyValue])
    case transaction(TransactionResult)
    case compacted
    /// The session that was opened, renewed or closed.
    case session(UInt64)
    /// Nothing was changed; but see `StoreRefusal.answerForgotten`.
    case refused(StoreRefusal)
  }
}

/// What a transaction did.
public struct TransactionResult: Hashable, Sendable {
  /// Whether every comparison held.
  public let succeeded: Bool
  /// One for each step of the branch that was taken.
  public let steps: [StepResult]

  public init(succeeded: Bool, steps: [StepResult]) {
    self.succeeded = succeeded
    self.steps = steps
  }

  /// What one step did or read.
  public enum StepResult: Hashable, Sendable {
    case put(previous: KeyValue?)
    case deleted(count: UInt64, previous: [KeyValue])
    case range(RangeResult)
    indirect case transaction(TransactionResult)
  }
}

/// Why the state machine refused; the same on every replica.
public enum StoreRefusal: Error, Hashable, Sendable {
  /// The revision asked for is older than `oldest`, the oldest still kept.
  case compacted(oldest: Revision)
  /// The revision asked for does not exist yet.
  case futureRevision(current: Revision)
  /// The transaction writes a key twice.
  case duplicateKey
  /// The session is unknown or has expired; nothing was done.
  case sessionExpired
  /// The session has used a later sequence, `last`, already; whether this one was ever done is not
  /// known.
  case staleSequence(last: UInt64)
  /// The same sequence was done before, at this revision; its answer was too long to be remembered.
  case answerForgotten(Revision)
  /// So many sessions exist already; try again when some have expired.
  case tooManySessions(limit: UInt64)
  /// The previous values that were asked for exceed so many bytes; ask without them.
  case answerTooLong(limit: UInt64)
  /// The lease does not exist.
  case leaseNotFound(LeaseID)
  /// The bytes are no command of this version.
  case malformed
}
