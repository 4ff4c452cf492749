import Determinism
import RaftTypes
import Testing

@testable import WriteAheadLog

@Suite("What can be read of a damaged directory")
struct LogContentsTests {
  @Test("of a sound directory it is what a start would find, and nothing is changed")
  func sound() throws {
    for seed in UInt64(1)...6 {
      let disk = CrashableDisk()
      var workload = Workload(seed: seed)
      try workload.run(on: disk)
      let before = disk.steps
      let contents = try LogContents(disk)
      #expect(disk.steps == before)
      let recovery = try Sample.recover(disk)
      #expect(contents.identity == recovery.identity)
      #expect(contents.slots == recovery.slots, "seed \(seed)")
      #expect(contents.snapshots.first == recovery.snapshot)
      #expect(contents.damages.isEmpty && !contents.isLogCut)
    }
  }

  @Test("a record that rotted is a faulty slot, a place that cannot be read ends the log")
  func damaged() throws {
    let (disk, log) = try Sample.log()
    for index in UInt64(2)...30 {
      try log.append([Sample.entry(1, index)])
      try log.sync()
    }
    let whole = try LogContents(disk)
    #expect(whole.last == Sample.position(1, 30))
    let rotten = disk.copy()
    rotten.flip("wal/1.log", bit: (4096 + 128 + 64 + 30) * 8)
    let one = try LogContents(rotten)
    #expect(one.slots.first == .faulty(Sample.position(0, 1)) && one.last == whole.last)
    let torn = disk.copy()
    torn.rot("wal/2.log", sector: 3)
    torn.rot("wal/2.log", sector: 4)
    let cut = try LogContents(torn)
    #expect(cut.isLogCut && !cut.damages.isEmpty)
    #expect(cut.last < whole.last)
    #expect(whole.slots.starts(with: cut.slots))
    let gone = disk.copy()
    try gone.remove("wal/2.log")
    let hole = try LogContents(gone)
    #expect(hole.isLogCut && hole.damages.first?.path == "wal/3.log")
    #expect(whole.slots.starts(with: hole.slots))
  }

  @Test("the end is the snapshot where it takes the log's place")
  func snapshotAhead() throws {
    let (disk, log) = try Sample.log()
    try log.append(Sample.entries(1, 2...5))
    try log.sync()
    _ = try Sample.write(disk, Sample.snapshot(1, 4))
    #expect(try LogContents(disk).last == Sample.position(1, 5))
    _ = try Sample.write(disk, Sample.snapshot(2, 5))
    #expect(try LogContents(disk).last == Sample.position(2, 5))
    _ = try Sample.write(disk, Sample.snapshot(2, 9))
    #expect(try LogContents(disk).last == Sample.position(2, 9))
  }
}
