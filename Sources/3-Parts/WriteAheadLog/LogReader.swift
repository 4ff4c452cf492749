internal import BinaryCodec
public import RaftTypes

/// Reads entries back from the segments of a log in use, for an owner that keeps their bodies in
/// memory no longer.
///
/// Changes nothing, and may work beside the thread that owns the log: a segment that is recycled
/// meanwhile, or written to, has no record more that continues what was read of it before. What it
/// gives is right whatever it reads, as a position names one entry for ever (§5.3) and a record's
/// checksum covers both; it may only give less. So what a reset or an older term left behind does
/// no harm, and where to look first is a matter of speed.
public struct LogReader<Files: FileSystem> {
  private let files: Files
  private var buffer: [UInt8] = []
  /// The newest last.
  private var trails: [Trail] = []

  /// Where a reading ended: one of the next mostly wants what follows.
  private struct Trail {
    /// The first index that was looked for, and the highest that was passed since.
    let first: LogIndex
    var highest: LogIndex
    var sequence: UInt64
    /// The head of the next record, and the checksum of the one before it.
    var offset: Int
    var chain: UInt32

    /// Whether nothing that may be wanted from `first` on lies before it.
    func leads(to first: LogIndex) -> Bool { self.first <= first && highest < first }
  }

  /// Read at once: room for a full record and what stands round it; for a single huge entry, the
  /// second.
  private static var windows: [Int] {
    [2 * Limits.recordTarget, Limits.rawRecord + 4 * OnDiskFormat.sectorSize]
  }

  /// Trails that are remembered: one for each follower that lags at once, in most clusters.
  private static var mostTrails: Int { 4 }

  public init(_ files: Files) { self.files = files }

  /// The entries at `positions`, which ascend: those that can be read.
  public mutating func entries(at positions: [LogPosition]) -> [Entry] {
    guard let first = positions.first?.index else { return [] }
    var search = Search(positions)
    do throws(LogFault) {
      try read(from: first, for: &search)
    } catch {
      // The rest is where nobody can read it now.
    }
    buffer = []
    return search.found
  }

  private mutating func read(from first: LogIndex, for search: inout Search) throws(LogFault) {
    let headers = try segments(from: first)
    var trail = takeTrail(to: first, within: headers)
    for header in headers where header.sequence >= trail?.sequence ?? .zero {
      var here = Trail(
        first: trail?.first ?? first, highest: trail?.highest ?? .zero,
        sequence: header.sequence, offset: OnDiskFormat.firstRecord, chain: header.previous)
      if let trail, trail.sequence == header.sequence { here = trail }
      try scan(header, along: &here, for: &search)
      trail = here
      if search.isOver { break }
    }
    if let trail { trails.append(trail) }
    if trails.count > Self.mostTrails { trails.removeFirst() }
  }

  /// The trail that leads closest to `first`, if any does from no further back than the segments.
  private mutating func takeTrail(to first: LogIndex, within headers: [SegmentHeader]) -> Trail? {
    let leading = trails.indices.filter { place in
      trails[place].leads(to: first)
        && headers.contains { $0.sequence == trails[place].sequence }
    }
    let closest = leading.max { trails[$0].highest < trails[$1].highest }
    return closest.map { trails.remove(at: $0) }
  }

  /// The headers of the segments that may hold the entry at `first` and those behind it, oldest
  /// first: what a segment begins behind was not in the log when it began, or stands before it.
  private func segments(from first: LogIndex) throws(LogFault) -> [SegmentHeader] {
    var notes: [RecoveryNote] = []
    guard let identity = try IdentityFile.read(files, repairing: false, &notes) else { return [] }
    let names: [String]
    do { names = try files.list(OnDiskFormat.logDirectory) } catch { throw LogFault(error) }
    var headers: [SegmentHeader] = []
    for sequence in names.compactMap(OnDiskFormat.segmentSequence).sorted().reversed() {
      // One that was recycled a moment ago, or is damaged, has nothing to give.
      guard let header = try? SegmentReader.header(files, sequence, identity) else { continue }
      headers.append(header)
      if header.isReset || header.base.index < first { break }
    }
    return headers.reversed()
  }

  /// Passes the records of one segment until the search is over or no record follows; stops before
  /// the one that ended it, which may have more that is wanted next.
  private mutating func scan(
    _ header: SegmentHeader, along trail: inout Trail, for search: inout Search
  ) throws(LogFault) {
    let file = try open(header)
    while true {
      // `||` would lose the error's type.
      if try pass(header, file, Self.windows[0], along: &trail, for: &search) { continue }
      guard try pass(header, file, Self.windows[1], along: &trail, for: &search) else { return }
    }
  }

  private func open(_ header: SegmentHeader) throws(LogFault) -> Files.File {
    do throws(FileFault) {
      return try files.open(OnDiskFormat.segmentPath(header.sequence))
    } catch {
      throw LogFault(error)
    }
  }

  /// Passes the records in one window.
  /// - Returns: whether there were any, and something is missing yet.
  private mutating func pass(
    _ header: SegmentHeader, _ file: Files.File, _ window: Int, along trail: inout Trail,
    for search: inout Search
  ) throws(LogFault) -> Bool {
    let start = trail.offset
    guard !search.isOver, start < header.size else { return false }
    var memory: [UInt8] = []
    swap(&memory, &buffer)
    let bytes: [UInt8]
    do {
      (bytes, _) = try SegmentReader.read(
        file, min(window, header.size - start), at: start, into: consume memory)
    } catch {
      throw LogFault(error)
    }
    defer { buffer = bytes }
    var scanner = SegmentScanner(
      bytes: bytes, from: start, chain: trail.chain, sequence: header.sequence,
      path: OnDiskFormat.segmentPath(header.sequence))
    while let found = try scanner.next() {
      search.take(found)
      guard !search.isOver else { return false }
      trail.offset = scanner.position
      trail.chain = scanner.chain
      trail.highest = max(trail.highest, found.identity.last)
    }
    return trail.offset > start
  }

  /// What is wanted, and what of it was found.
  private struct Search {
    private let positions: [LogPosition]
    private var entries: [Entry?]
    private var missing: Int

    /// - Parameter positions: ascending, at least one.
    init(_ positions: [LogPosition]) {
      self.positions = positions
      entries = Array(repeating: nil, count: positions.count)
      missing = positions.count
    }

    var isOver: Bool { missing == 0 }
    var found: [Entry] { entries.compactMap { $0 } }

    mutating func take(_ record: SegmentScanner.Found) {
      let identity = record.identity
      var place = place(of: identity.first)
      guard place < positions.count, positions[place].index <= identity.last,
        let body = record.body, let read = try? RecordBody.unpack(body, as: identity)
      else { return }
      for entry in read where place < positions.count && entry.index == positions[place].index {
        if entry.position == positions[place] {
          if entries[place] == nil { missing -= 1 }
          entries[place] = entry
        }
        place += 1
      }
    }

    /// The first place whose index is not before `index`.
    private func place(of index: LogIndex) -> Int {
      var (low, high) = (0, positions.count)
      while low < high {
        let middle = (low + high) / 2
        if positions[middle].index < index { low = middle + 1 } else { high = middle }
      }
      return low
    }
  }
}
