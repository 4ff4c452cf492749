public import RaftTypes

/// One thing that an inspection found, in the order of the files.
public enum LogFinding: Equatable, Sendable {
  /// Whose directory it is.
  case identity(DiskIdentity)
  /// The ballot, and which of its two copies (0, 1) are lost; nil when both are: the next start
  /// renews the disk's incarnation.
  case ballot(Ballot?, lostCopies: [Int])
  /// A snapshot whose state was read to its last byte.
  case snapshot(SnapshotFile)
  /// A segment's header.
  case segment(SegmentDescription)
  /// A record whose body is sound, with its entries.
  case record(RecordDescription, entries: [Entry])
  /// A record whose body rotted: its entries are faulty slots, unless a later record fills them.
  case faulty(RecordDescription)
  /// The last segment ends in an interrupted write, which the next start will cut off.
  case tornTail(path: String, offset: Int)
  /// Bytes that a start would refuse.
  case damage(Damage)

  /// Whether a healthy directory has none of this.
  public var isTrouble: Bool {
    switch self {
    case .identity, .snapshot, .segment, .tornTail: false
    case .ballot(_, let lost): !lost.isEmpty
    case .record(let record, _): record.lostIdentity != nil
    case .faulty, .damage: true
    }
  }
}

/// A segment of the log.
public struct SegmentDescription: Hashable, Sendable {
  /// Relative to the data directory.
  public let path: String
  public let sequence: UInt64
  /// Length of the file in bytes.
  public let size: Int
  /// The last entry before the segment's.
  public let base: LogPosition
  /// Everything before it is void.
  public let isReset: Bool
}

/// A record of the log.
public struct RecordDescription: Hashable, Sendable {
  /// Relative to the data directory.
  public let path: String
  /// Where its head stands, and where the next one's would.
  public let offset: Int
  public let end: Int
  /// Fills faulty slots instead of appending.
  public let isFill: Bool
  public let first: LogPosition
  public let last: LogPosition
  /// Bytes of its body on the disk, and before compression.
  public let stored: Int
  public let raw: Int
  public let isCompressed: Bool
  public let checksum: UInt32
  /// Where the one of its two identities stands that is lost.
  public let lostIdentity: Int?

  init(_ found: SegmentScanner.Found, path: String) {
    let identity = found.identity
    self.path = path
    offset = identity.offset
    end = identity.end
    isFill = identity.kind == .fill
    first = LogPosition(term: identity.term, index: identity.first)
    last = LogPosition(term: identity.term, index: identity.last)
    stored = identity.stored
    raw = identity.raw
    isCompressed = identity.encoding == .lz4
    checksum = identity.checksum
    lostIdentity =
      !found.headIsSound ? identity.offset : !found.copyIsSound ? identity.copyOffset : nil
  }
}
