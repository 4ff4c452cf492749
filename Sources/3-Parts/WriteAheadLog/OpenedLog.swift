internal import BinaryCodec
internal import Determinism
internal import RaftTypes

/// The log as its segments give it: what recovery hands to the running log.
struct OpenedLog<Files: FileSystem> {
  private(set) var segments: [LogSegment] = []
  let file: Files.File
  private(set) var group: RecordGroup
  private(set) var replay: LogReplay
  // The records before this place are passed over: checked in its segment, unread in others.
  private let needed: Place
  // One of those was replaced later on: passing over them was wrong.
  private var isMisread = false
  /// The sector in which the log ends cannot be read: nothing can be written beside what it holds.
  private(set) var endIsUnreadable = false
  /// Segments that a reset made void and a crash left behind, oldest first.
  let void: [LogSegment]

  var last: LogPosition { replay.last }

  var faulty: SortedMap<LogIndex, Term> {
    SortedMap(
      replay.slots.lazy.compactMap { slot -> (LogIndex, Term)? in
        guard case .faulty(let position) = slot else { return nil }
        return (position.index, position.term)
      })
  }

  private struct Place {
    let sequence: UInt64
    let offset: Int

    func isBehind(_ identity: RecordIdentity) -> Bool {
      (identity.sequence, identity.offset) < (sequence, offset)
    }
  }

  /// Reads the segments whose entries are wanted, and makes the last group durable once more.
  ///
  /// What stands before those is not touched: headers say where the log goes on, and whether it is
  /// sound matters only once the snapshot is not. The scrubber finds out before that.
  ///
  /// - Parameters:
  ///   - covered: up to here a sound snapshot stands for the log.
  ///   - tail: bytes of segments before those that go beyond it whose entries are wanted too.
  static func read(
    _ files: Files, _ identity: DiskIdentity, covered: LogIndex, tail: Int,
    _ notes: inout [RecoveryNote]
  ) throws(LogFault) -> OpenedLog {
    var found = notes
    var log = try OpenedLog(files, identity, covered: covered, tail: tail, &found)
    if log.isMisread {
      found = notes
      log = try OpenedLog(files, identity, covered: .zero, tail: 0, &found)
    }
    notes = found
    return log
  }

  private init(
    _ files: Files, _ identity: DiskIdentity, covered: LogIndex, tail: Int,
    _ notes: inout [RecoveryNote]
  ) throws(LogFault) {
    let headers = try Self.headers(files, identity)
    let start = headers.lastIndex { $0.isReset } ?? 0
    void = headers[..<start].map {
      LogSegment(sequence: $0.sequence, size: $0.size, highest: $0.base.index)
    }
    let counting = headers[start...]
    guard let first = counting.first, let end = counting.last else {
      throw .damaged(
        Damage(path: OnDiskFormat.logDirectory, offset: 0, finding: "there is no log segment"))
    }
    do {
      file = try files.open(OnDiskFormat.segmentPath(end.sequence))
    } catch {
      throw LogFault(error)
    }
    let needed = Self.needed(counting, covered, tail)
    self.needed = needed
    let unread = counting.prefix { $0.sequence < needed.sequence }
    let behind = counting.dropFirst(unread.count)
    let base = behind.first?.base ?? first.base
    replay = LogReplay(base: base, passed: unread.isEmpty ? .zero : base.index)
    group = RecordGroup(sequence: end.sequence, start: OnDiskFormat.firstRecord, chain: 0)
    // What else they mention was replaced before they ended.
    segments = zip(unread, counting.dropFirst()).map { header, next in
      LogSegment(
        sequence: header.sequence, size: header.size, highest: next.base.index)
    }
    var buffer: [UInt8] = []
    for (header, next) in zip(behind, behind.dropFirst().map(Optional.some) + [nil]) {
      let reader = try SegmentReader(files, header, reusing: &buffer)
      try read(reader, next, &notes)
      guard !isMisread else { return }
      buffer = reader.bytes
    }
  }

  private static func needed(
    _ headers: ArraySlice<SegmentHeader>, _ covered: LogIndex, _ tail: Int
  ) -> Place {
    guard var last = headers.lastIndex(where: { $0.base.index < covered }) else {
      return Place(sequence: 0, offset: 0)
    }
    var missing = tail
    while missing > 0, last > headers.startIndex {
      last -= 1
      missing -= headers[last].size
    }
    return Place(sequence: headers[last].sequence, offset: max(0, -missing))
  }

  private static func headers(
    _ files: Files, _ identity: DiskIdentity
  ) throws(LogFault) -> [SegmentHeader] {
    let names: [String]
    do {
      names = try files.list(OnDiskFormat.logDirectory)
    } catch {
      throw LogFault(error)
    }
    var headers: [SegmentHeader] = []
    for sequence in names.compactMap(OnDiskFormat.segmentSequence).sorted() {
      let header = try SegmentReader.header(files, sequence, identity)
      if let before = headers.last, !header.isReset, before.sequence + 1 != sequence {
        throw .damaged(
          Damage(
            path: OnDiskFormat.segmentPath(before.sequence + 1), offset: 0,
            finding: "the segment is missing between its neighbours"))
      }
      headers.append(header)
    }
    return headers
  }

  private mutating func read(
    _ reader: SegmentReader, _ next: SegmentHeader?, _ notes: inout [RecoveryNote]
  ) throws(LogFault) {
    notes += reader.unreadable.map { .unreadableSector(path: reader.path, offset: $0) }
    var segment = LogSegment(
      sequence: reader.header.sequence, size: reader.header.size,
      highest: reader.header.base.index)
    var scanner = reader.scanner()
    var durable = OnDiskFormat.firstRecord
    while let found = try scanner.next() {
      try apply(found, reader.path, &notes)
      guard !isMisread else { return }
      segment.highest = max(segment.highest, found.identity.last)
      durable = found.identity.durable
    }
    segments.append(segment)
    if let next {
      guard next.previous == scanner.chain, next.base == replay.last else {
        throw Self.gap(scanner, "the next segment continues another record")
      }
    } else {
      try end(reader, scanner, durable: durable, &notes)
    }
  }

  private mutating func apply(
    _ found: SegmentScanner.Found, _ path: String, _ notes: inout [RecoveryNote]
  ) throws(LogFault) {
    let identity = found.identity
    if identity.kind == .append, needed.isBehind(identity) {
      isMisread = !replay.pass(identity)
    } else {
      try take(found, path)
    }
    if found.body == nil {
      notes.append(
        .faultyRecord(
          path: path, offset: identity.offset,
          first: LogPosition(term: identity.term, index: identity.first),
          last: LogPosition(term: identity.term, index: identity.last)))
    } else if !found.headIsSound || !found.copyIsSound {
      let offset = found.headIsSound ? identity.copyOffset : identity.offset
      notes.append(.identityRestored(path: path, offset: offset))
    }
  }

  private mutating func take(_ found: SegmentScanner.Found, _ path: String) throws(LogFault) {
    let identity = found.identity
    var entries: [Entry]?
    do {
      entries = try found.body.map { body throws(DecodingFault) in
        try RecordBody.unpack(body, as: identity)
      }
    } catch {
      throw .damaged(
        Damage(
          path: path, offset: identity.offset, finding: "record of this version: \(error)",
          remedy: "run the version of the program that wrote it"))
    }
    // What replaces entries that were passed over makes them needed after all.
    isMisread = identity.kind == .append && replay.hasPassed(identity.first)
    guard !isMisread, !replay.apply(identity, entries) else { return }
    throw .damaged(
      Damage(
        path: path, offset: identity.offset,
        finding: "entries from \(identity.first) after a log that ends at \(replay.last)"))
  }

  // The last segment ends in zeros, in what an earlier life of the file left, or in a tear.
  private mutating func end(
    _ reader: SegmentReader, _ scanner: SegmentScanner, durable: Int,
    _ notes: inout [RecoveryNote]
  ) throws(LogFault) {
    if let proof = try scanner.evidenceOfDurability() {
      throw Self.gap(scanner, "the record at byte \(proof) proves that one was durable here")
    }
    if try scanner.hasTraces() {
      notes.append(.tornTailCut(path: reader.path, offset: scanner.position))
    }
    try rewrite(reader, durable..<scanner.position)
    let sector = scanner.position / OnDiskFormat.sectorSize * OnDiskFormat.sectorSize
    endIsUnreadable = reader.unreadable.contains(sector)
    group = RecordGroup(
      sequence: reader.header.sequence, start: scanner.position, chain: scanner.chain)
  }

  // What was read may stand in the disk's own memory alone, or in the page cache: after a failed
  // sync the kernel holds pages for clean that never reached the disk. Writing the last group again
  // makes it durable before anybody counts on it, but for sectors that cannot be read.
  private func rewrite(_ reader: SegmentReader, _ range: Range<Int>) throws(LogFault) {
    guard !range.isEmpty else { return }
    do {
      var start = range.lowerBound
      for sector in reader.unreadable where sector + OnDiskFormat.sectorSize > start {
        guard sector < range.upperBound else { break }
        if sector > start { try file.write(reader.bytes[start..<sector], at: start) }
        start = sector + OnDiskFormat.sectorSize
      }
      if start < range.upperBound {
        try file.write(reader.bytes[start..<range.upperBound], at: start)
      }
      try file.sync()
    } catch {
      throw .poisoned(error)
    }
  }

  private static func gap(_ scanner: SegmentScanner, _ why: String) -> LogFault {
    .damaged(
      Damage(
        path: scanner.path, offset: scanner.position,
        finding: "no record can be read here, but \(why)"))
  }
}
