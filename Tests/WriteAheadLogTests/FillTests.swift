import Determinism
import RaftTypes
import Testing

@testable import WriteAheadLog

@Suite("Faulty slots are filled")
struct FillTests {
  /// A log of 1...8 in which 4...6 rotted.
  private func damaged() throws -> (CrashableDisk, WriteAheadLog<CrashableDisk>) {
    let (disk, log) = try Sample.log()
    for range in [UInt64(2)...3, 4...6, 7...8] {
      try log.append(Sample.entries(1, range))
      try log.sync()
    }
    // The third record's head is in the third sector: header, copy and records 1, 2, 3.
    let head = 4096 * 3 + 64
    disk.flip("wal/1.log", bit: (head + 70) * 8)
    return (disk, try Sample.open(disk).log)
  }

  private var whole: [Entry] { [Sample.genesis] + Sample.entries(1, 2...8) }

  @Test("recovery tells which slots wait")
  func waiting() throws {
    let (_, log) = try damaged()
    #expect(log.faultySlots == (4...6).map { Sample.position(1, $0) })
    #expect(log.last == Sample.position(1, 8))
  }

  @Test("a fill replaces the faulty slots and truncates nothing behind them")
  func fills() throws {
    let (disk, log) = try damaged()
    try log.fill(Sample.entries(1, 4...6))
    #expect(log.faultySlots.isEmpty)
    try log.sync()
    #expect(try Sample.recover(disk).entries == whole)
  }

  @Test("a fill of some slots leaves the others faulty")
  func partial() throws {
    let (disk, log) = try damaged()
    try log.fill([Sample.entry(1, 4), Sample.entry(1, 6)])
    try log.sync()
    let recovery = try Sample.recover(disk)
    #expect(recovery.faulty == [Sample.position(1, 5)])
    #expect(recovery.entries.count == 7)
  }

  @Test("entries for slots that are not faulty, or of another term, change nothing")
  func strangers() throws {
    let (disk, log) = try damaged()
    let before = disk.steps
    try log.fill([Sample.entry(2, 4), Sample.entry(1, 8), Sample.entry(1, 9)])
    try log.sync()
    #expect(disk.steps == before)
    #expect(log.faultySlots.count == 3)
  }

  @Test("an append from a faulty slot on replaces it")
  func replaced() throws {
    let (disk, log) = try damaged()
    try log.append([Sample.entry(2, 5)])
    #expect(log.faultySlots == [Sample.position(1, 4)])
    try log.sync()
    #expect(try Sample.recover(disk).slots.last == .entry(Sample.entry(2, 5)))
  }

  @Test("a crash anywhere in a fill loses nothing that was acknowledged behind it")
  func crashes() throws {
    let (disk, _) = try damaged()
    for step in 1...4 {
      let copy = disk.copy()
      let log = try Sample.open(copy).log
      copy.crashStep = copy.steps + step
      try? log.fill(Sample.entries(1, 4...6))
      _ = try? log.sync()
      var dice = Dice(seed: UInt64(step))
      for _ in 0..<40 {
        let recovery = try Sample.open(copy.afterCrash(&dice)).recovery
        #expect(recovery.slots.map(\.position) == whole.map(\.position))
        for entry in whole where !(4...6).contains(entry.index.number) {
          #expect(recovery.entries.contains(entry))
        }
      }
    }
  }
}
