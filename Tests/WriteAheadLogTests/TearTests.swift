import RaftTypes
import Testing

@testable import WriteAheadLog

@Suite("A tear is cut, damage is not")
struct TearTests {
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

  @Test("pitfall 49: a lost conflict at a segment's end is refused, though the log seems to go on")
  func lostConflict() throws {
    let disk = CrashableDisk()
    let options = LogOptions(segmentSize: 4 * 4096, reserveSize: 0, spareLimit: 1)
    try WriteAheadLog.format(disk, Sample.identity, genesis: Sample.genesis, options)
    guard case .opened(let log, _) = try WriteAheadLog.open(disk, options, renewal: Sample.renewal)
    else { return }
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

  /// Where the records of the first segment have their heads.
  private func offsets(_ disk: CrashableDisk) -> [Int] {
    var found: [Int] = []
    try? LogInspection(disk).run { finding in
      if case .record(let record, _) = finding { found.append(record.offset) }
    }
    return found
  }
}
