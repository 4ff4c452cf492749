internal import KeyValueStore
internal import RaftCore
internal import RaftTypes

/// When the leader proposes the next snapshot mark, and what happens at one.
struct Marking: Sendable {
  /// The ticket of a mark's proposal; call tickets start at 2^32.
  static let ticket: Ticket = 1

  /// Command bytes and entries applied since the last mark.
  private(set) var bytes: UInt64 = 0
  private(set) var entries: UInt64 = 0
  /// A mark is proposed and not applied yet.
  private(set) var isProposed = false
  /// The newest mark, and the state there.
  private(set) var newest: StateMark?
  /// The snapshot that is being written.
  var writing: LogPosition?
  /// The one whose state was found wrong while it was being written.
  private(set) var condemned: LogPosition?
  /// Bytes of the log's segments at the last mark: a sync of one small entry costs a whole block.
  private(set) var diskBytes: UInt64 = 0

  mutating func count(_ size: Int) {
    bytes += UInt64(size)
    entries += 1
  }

  mutating func condemn() { condemned = writing }

  /// The snapshot at `position` is written.
  /// - Returns: whether it may be used.
  mutating func wasWritten(_ position: LogPosition) -> Bool {
    defer { (writing, condemned) = (nil, nil) }
    return condemned != position
  }

  mutating func wasProposed() { isProposed = true }
  mutating func wasRefused() { isProposed = false }
  mutating func wasAppended(_ position: LogPosition) { isProposed = true }

  mutating func reached(_ mark: StateMark, diskBytes: UInt64) {
    newest = mark
    self.diskBytes = diskBytes
    bytes = 0
    entries = 0
    isProposed = false
  }

  /// Whether so much was applied that a snapshot pays: it grows with the state, so that what
  /// snapshots write stays in proportion to what clients write (dissertation §5.1.2).
  func isDue(_ state: StoreStatistics, diskBytes: UInt64, _ limits: Limits) -> Bool {
    let stateBytes = UInt64(state.keyValueBytes + state.historyBytes)
    let enoughBytes = min(max(stateBytes / 2, limits.markBytesLeast), limits.markBytesMost)
    let records = UInt64(state.keys + state.historyRecords)
    let diskGrowth = diskBytes > self.diskBytes ? diskBytes - self.diskBytes : 0
    return bytes >= enoughBytes || diskGrowth >= limits.markDiskBytes
      || entries >= max(records / 2, limits.markEntriesLeast)
  }
}
