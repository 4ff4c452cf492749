public import ClientProtocol
public import RaftTypes

/// A put's answer.
public struct PutAnswer: Hashable, Sendable {
  /// The revision of the write.
  public let revision: Revision
  /// The key before, when it was asked for and existed.
  public let previous: KeyValue?

  public init(revision: Revision, previous: KeyValue?) {
    self.revision = revision
    self.previous = previous
  }
}

/// A delete's answer.
public struct DeleteAnswer: Hashable, Sendable {
  /// The store's revision afterwards; unchanged when nothing was deleted.
  public let revision: Revision
  /// Keys that existed and were deleted.
  public let count: UInt64

  public init(revision: Revision, count: UInt64) {
    self.revision = revision
    self.count = count
  }
}

/// A transaction's answer.
public struct TransactionAnswer: Hashable, Sendable {
  public let revision: Revision
  public let result: TransactionResult

  public init(revision: Revision, result: TransactionResult) {
    self.revision = revision
    self.result = result
  }
}

/// What must hold of a key for a conditional put to be done.
public enum PutCondition: Hashable, Sendable {
  /// The key does not exist.
  case absent
  /// The key was last written at this revision.
  case modRevision(Revision)
}

/// A snapshot that the leader has written.
public struct SnapshotAnswer: Hashable, Sendable {
  /// The last entry that it contains.
  public let position: LogPosition
  /// Length of its file.
  public let bytes: UInt64

  public init(position: LogPosition, bytes: UInt64) {
    self.position = position
    self.bytes = bytes
  }
}
