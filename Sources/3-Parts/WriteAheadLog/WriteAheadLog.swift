internal import BinaryCodec
internal import Determinism
public import RaftTypes

/// The durable half of a node: its log in segments, its ballot and its snapshot files, over one
/// data directory. The layout, and the argument why no crash loses what was acknowledged:
/// OnDiskFormat.
///
/// Synchronous, and owned by one thread (in simulation: by one seed). Appends are collected and
/// become durable by `sync`, all with one write and one fdatasync: group commit is calling `sync`
/// once for all that arrived meanwhile. Nothing may be acknowledged before `sync` returned a
/// position at or beyond it.
///
/// A failed write or sync poisons the log: every later call throws `.poisoned`, and the node must
/// stop, because the kernel may have dropped the pages and would report success next time (pitfall
/// 48).
public final class WriteAheadLog<Files: FileSystem> {
  let files: Files
  /// Sizes chosen when the log was opened.
  public let options: LogOptions
  /// Whose directory this is.
  public let identity: DiskIdentity
  /// Oldest first; the last is the one written to.
  var segments: [LogSegment]
  var file: Files.File
  var group: RecordGroup
  var spares: SparePool<Files>
  var ballots: BallotFile<Files>
  /// Slots whose bodies rotted and that nobody has filled yet, with their terms.
  var faulty: SortedMap<LogIndex, Term>
  var poison: FileFault?

  /// The last slot of the log, durable or not.
  public internal(set) var last: LogPosition
  /// The last slot that a `sync` made durable.
  public internal(set) var durable: LogPosition
  /// The snapshots on the disk, newest first; at most two.
  public internal(set) var snapshots: [SnapshotFile]

  init(
    files: Files, options: LogOptions, identity: DiskIdentity, opened: OpenedLog<Files>,
    spares: SparePool<Files>, ballots: BallotFile<Files>, snapshots: [SnapshotFile]
  ) {
    self.files = files
    self.options = options
    self.identity = identity
    segments = opened.segments
    file = opened.file
    group = opened.group
    self.spares = spares
    self.ballots = ballots
    faulty = opened.faulty
    last = opened.last
    durable = opened.last
    self.snapshots = snapshots
  }

  /// Bytes of the log's files that hold records, padding included.
  public var sizeOnDisk: Int {
    // Asked behind every sync, so without what a closure and a slice cost.
    var size = group.worstEnd
    for segment in segments { size += segment.size }
    return size - segments[segments.count - 1].size
  }

  /// Appends `entries`, whose indexes follow each other. Whatever the log held from the first one's
  /// index on is replaced; that this was a conflict (§5.3) is the caller's to know. Durable after
  /// `sync`.
  ///
  /// Throws `.diskFull` when there is no room; then nothing of `entries` is in the log.
  /// - Precondition: the first index is at most one beyond the last.
  public func append(_ entries: [Entry]) throws(LogFault) {
    try refuseIfPoisoned()
    guard let head = entries.first, let end = entries.last else { return }
    precondition(
      head.index.number >= 1 && head.index <= last.index.next
        && end.index == head.index + (entries.count - 1),
      "append \(head.position)...\(end.position) to a log that ends at \(last)")
    let pieces = RecordPiece.pieces(.append, entries)
    try spares.reserve(sizes(for: pieces))
    for piece in pieces {
      try place(piece)
      last = LogPosition(term: piece.term, index: piece.next.previous)
    }
    if let lowest = faulty.keys.last, lowest >= head.index {
      faulty.removeAll { index, _ in index >= head.index }
    }
  }

  /// Puts bodies back into faulty slots: an entry replaces the faulty slot of its position and
  /// nothing else; an entry that finds none is ignored. Truncates nothing, so that a crash between
  /// a fill and what follows cannot lose later entries. Durable after `sync`. Throws like `append`.
  public func fill(_ entries: [Entry]) throws(LogFault) {
    try refuseIfPoisoned()
    let wanted = entries.filter { faulty[$0.index] == $0.term }
    let pieces = RecordPiece.pieces(.fill, wanted)
    try spares.reserve(sizes(for: pieces))
    for piece in pieces { try place(piece) }
    for entry in wanted { faulty.remove(entry.index) }
  }

  /// The faulty slots that wait to be filled, ascending.
  public var faultySlots: [LogPosition] {
    faulty.map { LogPosition(term: $0.1, index: $0.0) }
  }

  /// Makes everything appended and filled so far durable: one write, one fdatasync. Returns where
  /// the durable log ends.
  ///
  /// Throws `.diskFull` when the write found no room (a preallocated segment has it, except on file
  /// systems that copy on write): the group waits, and a later `sync` writes it again. Any other
  /// failure poisons.
  @discardableResult
  public func sync() throws(LogFault) -> LogPosition {
    try refuseIfPoisoned()
    if !group.isEmpty {
      do {
        try group.write(to: file)
      } catch {
        if case .noSpace(let path) = error { throw .diskFull(path: path) }
        throw poisoned(error)
      }
      try poisoning { () throws(FileFault) in try file.sync() }
      group.finish()
    }
    durable = last
    return durable
  }

  private func place(_ piece: RecordPiece) throws(LogFault) {
    if !group.add(piece, below: segments[segments.count - 1].size) {
      try roll(for: piece)
      let fits = group.add(piece, below: segments[segments.count - 1].size)
      precondition(fits, "a new segment is too small for \(piece.size) bytes")
    }
    let highest = segments[segments.count - 1].highest
    segments[segments.count - 1].highest = max(highest, piece.next.previous)
  }

  // What `pieces` may need beyond the current segment, at worst: nothing is merged, nothing
  // shrinks.
  private func sizes(for pieces: [RecordPiece]) -> [Int] {
    var needed: [Int] = []
    var position = group.worstEnd
    var limit = segments[segments.count - 1].size
    for piece in pieces {
      let stored = piece.size
      if OnDiskFormat.nextRecord(head: position, stored: stored) > limit {
        limit = OnDiskFormat.segmentSize(nominal: options.segmentSize, stored: stored)
        needed.append(limit)
        position = OnDiskFormat.firstRecord
      }
      position = OnDiskFormat.nextRecord(head: position, stored: stored)
    }
    return needed
  }

  func refuseIfPoisoned() throws(LogFault) {
    if let poison { throw .poisoned(poison) }
  }

  func poisoned(_ fault: FileFault) -> LogFault {
    poison = fault
    return .poisoned(fault)
  }

  /// Runs what must not fail once begun.
  func poisoning<Result>(
    _ body: () throws(FileFault) -> Result
  ) throws(LogFault) -> Result {
    do { return try body() } catch { throw poisoned(error) }
  }
}
