import Determinism
import RaftTypes
import Testing

@testable import WriteAheadLog

@Suite("Rot in the log")
struct DamageTests {
  /// Three segments of four sectors with one group a sector, and what they hold.
  static func sample() throws -> (disk: CrashableDisk, slots: [LogSlot]) {
    let disk = CrashableDisk()
    let options = LogOptions(segmentSize: 4 * 4096, reserveSize: 0, spareLimit: 1)
    try WriteAheadLog.format(disk, Sample.identity, genesis: Sample.genesis, options)
    guard case .opened(let log, _) = try WriteAheadLog.open(disk, options) else {
      throw Sample.Unformatted()
    }
    for index in UInt64(2)...6 {
      try log.append([Sample.entry(index / 3 + 1, index)])
      try log.sync()
    }
    return (disk, try Sample.recover(disk).slots)
  }

  static let segments = ["wal/1.log", "wal/2.log", "wal/3.log"]

  /// Opens a copy and demands: refused with a place named, or nothing lost, nothing invented, and
  /// told.
  static func check(
    _ disk: CrashableDisk, _ slots: [LogSlot], mustTell: Bool, _ context: @autoclosure () -> String
  ) throws {
    do {
      let recovery = try Sample.open(disk).recovery
      if recovery.slots != slots || mustTell {
        #expect(!recovery.notes.isEmpty, "\(context())")
      }
      #expect(recovery.slots.map(\.position) == slots.map(\.position), "\(context())")
      for (found, expected) in zip(recovery.slots, slots) where found != expected {
        #expect(found == .faulty(expected.position), "\(context())")
      }
    } catch let fault as LogFault {
      guard case .damaged(let damage) = fault else {
        Issue.record("\(context()): \(fault)")
        return
      }
      #expect(segments.contains(damage.path) && !damage.remedy.isEmpty, "\(context())")
    }
  }

  @Test("pitfall 49: no flipped bit of three segments loses or changes an entry in silence")
  func everyBit() throws {
    let (disk, slots) = try Self.sample()
    for path in Self.segments {
      let bytes = disk.bytes(path)
      for offset in bytes.indices where bytes[offset] != 0 || offset % 61 == 0 {
        let isPadding = bytes[offset] == 0
        for bit in 0..<8 where !isPadding || bit == offset % 8 {
          let damaged = disk.copy()
          damaged.flip(path, bit: offset * 8 + bit)
          try Self.check(damaged, slots, mustTell: false, "\(path) byte \(offset) bit \(bit)")
        }
      }
    }
  }

  @Test("pitfall 49: a segment cut at any byte is refused, with file and offset")
  func everyTruncation() throws {
    let (disk, _) = try Self.sample()
    for path in Self.segments {
      let bytes = disk.bytes(path)
      for size in stride(from: 0, to: bytes.count, by: 7) {
        let damaged = disk.copy()
        damaged.setBytes(path, Array(bytes[..<size]))
        let fault = #expect(throws: LogFault.self) { _ = try Sample.open(damaged) }
        guard case .damaged(let damage) = fault else {
          Issue.record("\(path) cut to \(size): \(String(describing: fault))")
          continue
        }
        #expect(damage.path == path)
      }
    }
  }

  @Test("pitfall 49: any one rotten sector, the last one too, loses no slot")
  func everySector() throws {
    let (disk, slots) = try Self.sample()
    for path in Self.segments {
      for sector in 0..<disk.bytes(path).count / 4096 {
        let damaged = disk.copy()
        damaged.rot(path, sector: sector)
        let recovery = try Sample.open(damaged).recovery
        #expect(recovery.slots.map(\.position) == slots.map(\.position), "\(path) \(sector)")
      }
    }
  }

  @Test("a sector that the disk cannot read is rot like any other")
  func unreadable() throws {
    let (disk, slots) = try Self.sample()
    for path in Self.segments {
      for sector in 0..<disk.bytes(path).count / 4096 {
        let damaged = disk.copy()
        damaged.unreadable[path] = [sector]
        let recovery = try Sample.open(damaged).recovery
        #expect(recovery.slots.map(\.position) == slots.map(\.position), "\(path) \(sector)")
        #expect(
          recovery.notes.contains(.unreadableSector(path: path, offset: sector * 4096)))
      }
    }
  }

  @Test("pitfall 67: rot in the last acknowledged record keeps its place as faulty")
  func lastRecord() throws {
    let (disk, log) = try Sample.log()
    try log.append(Sample.entries(1, 2...3))
    try log.sync()
    try log.append(Sample.entries(1, 4...6))
    try log.sync()
    let head = try #require(offsets(disk).last)
    disk.flip("wal/1.log", bit: (head + 64 + 40) * 8)
    let recovery = try Sample.open(disk).recovery
    #expect(recovery.faulty == (4...6).map { Sample.position(1, $0) })
    #expect(
      recovery.notes == [
        .faultyRecord(
          path: "wal/1.log", offset: head, first: Sample.position(1, 4),
          last: Sample.position(1, 6))
      ])
  }

  @Test("pitfall 67: so does the loss of the whole sector that holds it")
  func lastSector() throws {
    let (disk, log) = try Sample.log()
    try log.append(Sample.entries(1, 2...3))
    try log.sync()
    let head = try #require(offsets(disk).last)
    disk.rot("wal/1.log", sector: head / 4096)
    #expect(
      try Sample.open(disk).recovery.slots == [
        .entry(Sample.genesis), .faulty(Sample.position(1, 2)), .faulty(Sample.position(1, 3)),
      ])
  }

  /// A log of 1...3 whose last group, two records of terms 2 and 3, lost the first one to a tear.
  private func torn() throws -> (disk: CrashableDisk, cut: Int) {
    let (disk, log) = try Sample.log()
    try log.append([Sample.entry(1, 2)])
    try log.sync()
    try log.append([Sample.entry(1, 3)])
    try log.sync()
    let before = disk.bytes("wal/1.log")
    try log.append([Sample.entry(2, 4), Sample.entry(3, 5)])
    try log.sync()
    let places = offsets(disk)
    var torn = disk.bytes("wal/1.log")
    let first = places[3]..<places[4]
    torn.replaceSubrange(first, with: before[first])
    disk.setBytes("wal/1.log", torn)
    return (disk, places[3])
  }

  @Test("pitfall 49: a true tear is cut off and told")
  func tear() throws {
    let (disk, cut) = try torn()
    let recovery = try Sample.open(disk).recovery
    #expect(recovery.entries.map(\.position.index.number) == [1, 2, 3])
    #expect(recovery.notes == [.tornTailCut(path: "wal/1.log", offset: cut)])
  }

  @Test("what a cut left behind is never read again, though it lies where the next record would")
  func leftovers() throws {
    let (disk, _) = try torn()
    let log = try Sample.open(disk).log
    try log.append([Sample.entry(4, 4)])
    try log.sync()
    #expect(try Sample.recover(disk).entries.last == Sample.entry(4, 4))
  }

  @Test("pitfall 49: a hole before a record that was written later is refused, never cut")
  func hole() throws {
    let (disk, log) = try Sample.log()
    for index in UInt64(2)...5 {
      try log.append([Sample.entry(1, index)])
      try log.sync()
    }
    let places = offsets(disk)
    disk.rot("wal/1.log", sector: places[2] / 4096)
    disk.rot("wal/1.log", sector: places[2] / 4096 + 1)
    let fault = #expect(throws: LogFault.self) { _ = try Sample.open(disk) }
    guard case .damaged(let damage) = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
    #expect(damage.path == "wal/1.log" && damage.offset == places[2])
    #expect(damage.remedy == Damage.rejoin)
  }

  @Test("pitfall 49: no two rotten sectors lose a slot in silence, but for the very last record")
  func twoSectors() throws {
    let (disk, slots) = try Self.sample()
    let sectors = Self.segments.flatMap { path in (0..<4).map { (path, $0) } }
    for (i, first) in sectors.enumerated() {
      for second in sectors[(i + 1)...] {
        let damaged = disk.copy()
        damaged.rot(first.0, sector: first.1)
        damaged.rot(second.0, sector: second.1)
        guard let recovery = try? Sample.open(damaged).recovery else { continue }
        let found = recovery.slots.map(\.position)
        let expected = slots.map(\.position)
        #expect(
          found == expected || found == expected.dropLast(), "\(first) and \(second)")
      }
    }
  }

  @Test("pitfall 49: a lost conflict at a segment's end is refused, though the log seems to go on")
  func lostConflict() throws {
    let disk = CrashableDisk()
    let options = LogOptions(segmentSize: 4 * 4096, reserveSize: 0, spareLimit: 1)
    try WriteAheadLog.format(disk, Sample.identity, genesis: Sample.genesis, options)
    guard case .opened(let log, _) = try WriteAheadLog.open(disk, options) else { return }
    let groups = [
      Sample.entries(1, 2...5), Sample.entries(1, 6...6), Sample.entries(2, 3...4),
      Sample.entries(2, 5...5),
    ]
    for group in groups {
      try log.append(group)
      try log.sync()
    }
    // Two groups a segment: the conflict ends the second one, in its last two sectors.
    disk.rot("wal/2.log", sector: 2)
    disk.rot("wal/2.log", sector: 3)
    let fault = #expect(throws: LogFault.self) { _ = try Sample.open(disk) }
    guard case .damaged(let damage) = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
    #expect(damage.path == "wal/2.log" && damage.offset == 2 * 4096 + 64)
  }

  @Test("pitfall 49: a missing segment is refused by name")
  func missingSegment() throws {
    let (disk, _) = try Self.sample()
    try disk.remove("wal/2.log")
    #expect(
      throws: LogFault.damaged(
        Damage(
          path: "wal/2.log", offset: 0,
          finding: "the segment is missing between its neighbours"))
    ) { _ = try Sample.open(disk) }
  }

  @Test("a segment of another disk is refused as such")
  func foreign() throws {
    let (disk, _) = try Self.sample()
    let other = CrashableDisk()
    let identity = DiskIdentity(
      cluster: Sample.cluster, node: NodeID(2), incarnation: DiskIncarnation(7))
    try WriteAheadLog.format(other, identity, genesis: nil, Sample.options)
    disk.setBytes("wal/3.log", other.bytes("wal/1.log"))
    #expect(
      throws: LogFault.foreign(
        path: "wal/3.log", found: "\(identity)", expected: "\(Sample.identity)")
    ) { _ = try Sample.open(disk) }
  }

  /// Where the records of the first segment have their heads.
  private func offsets(_ disk: CrashableDisk) -> [Int] {
    var found: [Int] = []
    try? LogInspection(disk).run { finding in
      if case .record(let record, _) = finding { found.append(record.offset) }
    }
    return found
  }
}
