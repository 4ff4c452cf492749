import Determinism
import RaftTypes
import Testing

@testable import WriteAheadLog

@Suite("Entries are read back from a log in use")
struct LogReaderTests {
  private static func positions(_ entries: [Entry]) -> [LogPosition] { entries.map(\.position) }

  /// A log of genesis and `count` entries, a few to a record, over many segments.
  private static func long(
    _ count: UInt64
  ) throws -> (CrashableDisk, WriteAheadLog<CrashableDisk>, [Entry]) {
    let (disk, log) = try Sample.log()
    let entries = Sample.entries(1, 2...count + 1, size: 900)
    for start in stride(from: 0, to: entries.count, by: 3) {
      try log.append(Array(entries[start..<min(start + 3, entries.count)]))
      try log.sync()
    }
    return (disk, log, [Sample.genesis] + entries)
  }

  @Test("any part of it, in any order, comes back as it was written")
  func parts() throws {
    let (disk, log, entries) = try Self.long(200)
    #expect(log.segments.count > 10)
    var reader = LogReader(disk)
    var dice = Dice(seed: 3)
    for _ in 0..<100 {
      let start = Int(dice.below(UInt64(entries.count)))
      let part = Array(entries[start...].prefix(Int(dice.below(12)) + 1))
      #expect(reader.entries(at: Self.positions(part)) == part)
    }
    let scattered = stride(from: 1, to: entries.count, by: 17).map { entries[$0] }
    #expect(reader.entries(at: Self.positions(scattered)) == scattered)
    #expect(reader.entries(at: []) == [])
  }

  @Test("two that read in turns, each where it ended, do not make each other begin anew")
  func trails() throws {
    let (disk, _, entries) = try Self.long(200)
    func read(_ starts: [Int]) -> Int {
      let before = disk.bytesRead
      var reader = LogReader(disk)
      for step in stride(from: 0, to: 60, by: 5) {
        for start in starts {
          let part = Array(entries[(start + step)...].prefix(5))
          #expect(reader.entries(at: Self.positions(part)) == part)
        }
      }
      return disk.bytesRead - before
    }
    #expect(read([3, 101]) == read([3]) + read([101]))
  }

  @Test("a segment whose header is damaged gives nothing, and keeps nothing from the others")
  func header() throws {
    let (disk, _, entries) = try Self.long(60)
    let places = try Sample.bodies(disk)
    let last = try #require(places[LogIndex(61)])
    for copy in [0, 4096] { disk.flip(last.path, bit: (copy + 20) * 8) }
    var reader = LogReader(disk)
    let read = reader.entries(at: Self.positions(entries))
    #expect(read == entries.filter { places[$0.index]?.path != last.path })
    #expect(read.count < entries.count)
  }

  @Test("a reader that goes on where it ended does not read what is before that again")
  func trail() throws {
    let (disk, _, entries) = try Self.long(200)
    let before = disk.bytesRead
    var reader = LogReader(disk)
    for start in stride(from: 0, to: entries.count, by: 5) {
      let part = Array(entries[start...].prefix(5))
      #expect(reader.entries(at: Self.positions(part)) == part)
    }
    let inTurn = disk.bytesRead - before
    for start in stride(from: 0, to: entries.count, by: 5) {
      var fresh = LogReader(disk)
      _ = fresh.entries(at: Self.positions(Array(entries[start...].prefix(5))))
    }
    #expect(disk.bytesRead - before - inTurn > inTurn)
  }

  @Test("entries that others replaced are never taken for those at their places")
  func replaced() throws {
    let (disk, log) = try Sample.log()
    try log.append(Sample.entries(1, 2...6))
    try log.sync()
    let later = Sample.entries(2, 4...9)
    try log.append(later)
    try log.sync()
    var reader = LogReader(disk)
    let whole = [Sample.genesis] + Sample.entries(1, 2...3) + later
    #expect(reader.entries(at: Self.positions(whole)) == whole)
    #expect(reader.entries(at: Self.positions(later)) == later)
    #expect(reader.entries(at: [Sample.position(3, 5)]) == [])
  }

  @Test("what rotted is left out, unless it was filled since")
  func rot() throws {
    let (disk, log) = try Sample.log()
    for range in [UInt64(2)...3, 4...6, 7...8] {
      try log.append(Sample.entries(1, range))
      try log.sync()
    }
    let place = try #require(try Sample.bodies(disk)[LogIndex(5)])
    disk.flip(place.path, bit: (place.offset + 6) * 8)
    var reader = LogReader(disk)
    let wanted = (2...8).map { Sample.position(1, $0) }
    let sound = Sample.entries(1, 2...3) + Sample.entries(1, 7...8)
    #expect(reader.entries(at: wanted) == sound)
    let later = try Sample.open(disk).log
    try later.fill(Sample.entries(1, 4...6))
    try later.sync()
    #expect(reader.entries(at: wanted) == Sample.entries(1, 2...8))
  }

  @Test("a gap in a segment costs what is behind it there, and not the segments after it")
  func gap() throws {
    let (disk, _, entries) = try Self.long(60)
    let places = try Sample.bodies(disk)
    let first = try #require(places[LogIndex(2)])
    // Both places of the second record's identity, and so the way to the third.
    let second = try #require(places[LogIndex(5)])
    #expect(first.path == second.path)
    for offset in stride(from: second.offset - 64, to: second.offset + 12_000, by: 32) {
      disk.flip(second.path, bit: offset * 8)
    }
    var reader = LogReader(disk)
    let read = reader.entries(at: Self.positions(entries))
    let behind = entries.filter { places[$0.index].map { $0.path != first.path } ?? false }
    #expect(read.suffix(behind.count) == behind[...])
    #expect(read.count < entries.count)
    #expect(read == entries.filter { read.contains($0) })
  }

  @Test("segments that were recycled meanwhile, or a disk that cannot be read, give nothing")
  func gone() throws {
    let (disk, log, entries) = try Self.long(60)
    var reader = LogReader(disk)
    #expect(reader.entries(at: Self.positions(entries)).count == entries.count)
    for index in [UInt64(30), 60] {
      try log.adopt(try Sample.write(disk, Sample.snapshot(1, index)))
    }
    try log.compact(through: LogIndex(60))
    try log.clear(disk)
    #expect(reader.entries(at: Self.positions(Array(entries[1...3]))) == [])
    let last = Array(entries.suffix(2))
    #expect(reader.entries(at: Self.positions(last)) == last)
  }

  @Test("a sector that the disk cannot read costs its record alone")
  func unreadable() throws {
    let (disk, _, entries) = try Self.long(60)
    let places = try Sample.bodies(disk)
    let place = try #require(places[LogIndex(5)])
    disk.unreadable[place.path] = [place.offset / 4096]
    var reader = LogReader(disk)
    let sound = entries.filter { entry in
      places[entry.index].map { $0.path != place.path || $0.offset != place.offset } ?? false
    }
    #expect(sound.count == entries.count - 3)
    #expect(reader.entries(at: Self.positions(entries)) == sound)
  }

  @Test("an entry larger than what is read at once comes back whole")
  func large() throws {
    let (disk, log) = try Sample.log()
    let entries = [
      Sample.entry(1, 2), Sample.entry(1, 3, size: 5 << 20), Sample.entry(1, 4),
    ]
    for entry in entries {
      try log.append([entry])
      try log.sync()
    }
    var reader = LogReader(disk)
    #expect(reader.entries(at: Self.positions(entries)) == entries)
    #expect(reader.entries(at: [Sample.position(1, 3)]) == [entries[1]])
  }
}
