internal import Determinism
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
  // When something last happened that early marks keep away from, and the calls since then.
  private var lastStir = Instant(nanoseconds: 0)
  private var calls = 0
  /// This leadership has proposed a mark, and not applied it yet.
  private(set) var isProposed = false
  /// The newest mark, and the state there.
  private(set) var newest: StateMark?
  /// The snapshot that is being written.
  var writing: LogPosition?
  /// The newest mark that was reached meanwhile: its snapshot is the next to be written.
  private(set) var waiting: (snapshot: SnapshotDescriptor, view: StoreView)?
  /// The one whose state was found wrong while it was being written.
  private(set) var condemned: LogPosition?
  /// Bytes of the log's segments that the last mark has left: a sync of one small entry costs a
  /// whole block.
  private(set) var diskBytes: UInt64 = 0

  mutating func count(_ size: Int, at now: Instant) {
    bytes += UInt64(size)
    entries += 1
    stir(at: now)
  }

  /// A client of this node asks for something.
  mutating func called(at now: Instant, _ limits: Limits) {
    calls += 1
    if calls >= limits.quietCalls { stir(at: now) }
  }

  private mutating func stir(at now: Instant) {
    lastStir = now
    calls = 0
  }

  /// The state is wrong, and so is what was cut from it.
  mutating func condemn() {
    condemned = writing
    waiting = nil
  }

  mutating func wait(_ snapshot: SnapshotDescriptor, _ view: StoreView) {
    waiting = (snapshot, view)
  }

  /// The snapshot that waited, if any; it waits no more.
  mutating func takeWaiting() -> (snapshot: SnapshotDescriptor, view: StoreView)? {
    defer { waiting = nil }
    return waiting
  }

  /// The snapshot at `position` is written.
  /// - Returns: whether it may be used.
  mutating func wasWritten(_ position: LogPosition) -> Bool {
    defer { (writing, condemned) = (nil, nil) }
    return condemned != position
  }

  mutating func wasProposed() { isProposed = true }
  mutating func wasRefused(at now: Instant) {
    isProposed = false
    stir(at: now)
  }
  mutating func wasAppended() { isProposed = true }
  /// A mark in the log of a leadership that has ended may be overwritten, and nobody says so.
  mutating func ledNoMore() { isProposed = false }

  mutating func reached(_ mark: StateMark, diskBytes: UInt64) {
    newest = mark
    self.diskBytes = diskBytes
    bytes = 0
    entries = 0
    isProposed = false
  }

  /// The log's segments take so many bytes now: fewer than before once the mark's snapshot stands,
  /// and what comes is counted from there.
  mutating func uses(diskBytes: UInt64) { self.diskBytes = min(self.diskBytes, diskBytes) }

  /// Whether so much was applied that a snapshot pays: as much as it writes, or of a large state a
  /// part, so that this stays in proportion to what clients write (dissertation §5.1.2).
  func isDue(_ state: StoreStatistics, diskBytes: UInt64, _ limits: Limits) -> Bool {
    let stateBytes = UInt64(state.keyValueBytes + state.historyBytes)
    let most = max(limits.markBytesMost, stateBytes / limits.markPart)
    let enoughBytes = min(max(stateBytes, limits.markBytesLeast), most)
    let records = UInt64(state.keys + state.historyRecords)
    let diskGrowth = diskBytes > self.diskBytes ? diskBytes - self.diskBytes : 0
    return bytes >= enoughBytes || diskGrowth >= max(enoughBytes, limits.markDiskBytesLeast)
      || entries >= max(records, limits.markEntriesLeast)
  }

  /// When a state to which nothing happens any more gets a mark although the last is not far: what
  /// the log has grown by since stays in memory, and is applied by the next start. Nil: little, or
  /// something is under way.
  ///
  /// Each such mark is paid for by an eighth of the state, so that bursts and pauses write at most
  /// eight bytes of snapshots for each byte that clients write.
  func quietDeadline(
    _ state: @autoclosure () -> StoreStatistics, _ limits: Limits
  ) -> Instant? {
    guard bytes >= limits.quietBytesLeast, !isProposed, writing == nil else { return nil }
    let state = state()
    let part = UInt64(state.keyValueBytes + state.historyBytes) / limits.quietPart
    return bytes >= part ? lastStir + limits.quiet : nil
  }
}
