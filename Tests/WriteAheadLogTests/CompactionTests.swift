import Determinism
import RaftTypes
import Testing

@testable import WriteAheadLog

@Suite("Snapshots, compaction, reset")
struct CompactionTests {
  private func segments(_ disk: CrashableDisk) -> [UInt64] {
    disk.names.keys.compactMap { $0.hasPrefix("wal/") ? String($0.dropFirst(4)) : nil }
      .compactMap(OnDiskFormat.segmentSequence).sorted()
  }

  @Test("pitfall 34: the two snapshots of the highest index are kept, not of the greatest name")
  func retention() throws {
    let (disk, log) = try Sample.log(to: 110, marks: [9, 20, 100])
    #expect(log.snapshots.map(\.descriptor.position.index.number) == [100, 20])
    #expect(disk.names["snapshots/snapshot-9-1"] == nil)
    #expect(try Sample.recover(disk).snapshot?.descriptor == Sample.snapshot(1, 100))
    // As strings "20" > "100", and an old term sorts after a new one.
    disk.setBytes("snapshots/snapshot-9-70", disk.bytes("snapshots/snapshot-20-1"))
    let reopened = try Sample.open(disk).log
    #expect(reopened.snapshots.map(\.descriptor.position.index.number) == [100, 20])
    #expect(disk.names["snapshots/snapshot-9-70"] == nil)
  }

  @Test("pitfall 33: a snapshot that is not newer than the newest changes nothing")
  func stale() throws {
    let (disk, log) = try Sample.log(to: 30, marks: [10, 20])
    let before = log.snapshots
    for descriptor in [Sample.snapshot(1, 15), Sample.snapshot(9, 20)] {
      #expect(try log.adopt(try Sample.write(disk, descriptor)) == false)
    }
    try log.clear(disk)
    #expect(log.snapshots == before && log.last == Sample.position(1, 30))
    #expect(try Sample.recover(disk).slots.count == 30)
    #expect(disk.names.keys.filter { $0.hasPrefix("snapshots/") }.count == 2)
  }

  @Test("pitfall 35: the log that the older snapshot needs survives every compaction")
  func keepsForOlder() throws {
    let (disk, log) = try Sample.log(to: 60, marks: [20, 50])
    #expect(try log.compact(through: LogIndex(60)))
    try log.clear(disk)
    let recovery = try Sample.recover(disk)
    let first = try #require(recovery.slots.first?.position.index)
    #expect(first > LogIndex(1) && first <= LogIndex(21))
    #expect(recovery.slots.last?.position == Sample.position(1, 60))
  }

  @Test("with one snapshot nothing is compacted: the log itself is the fallback")
  func oneSnapshot() throws {
    let (disk, log) = try Sample.log(to: 60, marks: [50])
    #expect(try log.compact(through: LogIndex(60)) == false)
    #expect(try Sample.recover(disk).slots.count == 60)
  }

  @Test("pitfall 35: with the newest snapshot damaged the older one and the log replace it")
  func fallback() throws {
    let (disk, log) = try Sample.log(to: 60, marks: [20, 50])
    try log.compact(through: LogIndex(50))
    try log.clear(disk)
    disk.flip("snapshots/snapshot-50-1", bit: 900)
    let recovery = try Sample.open(disk).recovery
    #expect(recovery.snapshot?.descriptor == Sample.snapshot(1, 20))
    #expect(recovery.notes.contains(.fellBack(to: Sample.position(1, 20))))
    let positions = recovery.slots.map(\.position)
    #expect(positions.contains(Sample.position(1, 21)))
    #expect(positions.last == Sample.position(1, 60))
  }

  @Test("what compaction gives up goes one by one, oldest first, while the log goes on")
  func clearing() throws {
    let (disk, log) = try Sample.log(to: 60, marks: [])
    for index in [40, 50, 55] as [UInt64] {
      try log.adopt(try Sample.write(disk, Sample.snapshot(1, index)))
    }
    let before = segments(disk)
    let steps = disk.steps
    #expect(try log.compact(through: LogIndex(60)))
    #expect(disk.steps == steps)
    var left = before
    while let order = log.orderClearing() {
      // One at a time: what a crash leaves has no hole.
      #expect(log.orderClearing() == nil)
      // A failure changes nothing, and the same file comes again.
      log.ended(order, isDone: false)
      let again = try #require(log.orderClearing())
      try again.carryOut(on: disk)
      log.ended(again, isDone: true)
      let now = segments(disk)
      #expect(now == left || now == Array(left.dropFirst()))
      left = now
      #expect(try Sample.recover(disk).slots.last?.position == Sample.position(1, 60))
    }
    #expect(left.count < before.count && disk.names["snapshots/snapshot-40-1"] == nil)
  }

  @Test("a removal that failed half way is carried out once more, and a start clears its rest away")
  func halfRemoved() throws {
    let (disk, log) = try Sample.log(to: 60, marks: [])
    for index in [40, 50, 55] as [UInt64] {
      try log.adopt(try Sample.write(disk, Sample.snapshot(1, index)))
    }
    let old = "snapshots/snapshot-40-1"
    try disk.rename(old, to: old + ".partial")
    let order = SpareOrder(work: .remove(path: old), number: 0, size: 0)
    try order.carryOut(on: disk)
    #expect(disk.names[old] == nil && disk.names[old + ".partial"] == nil)
    let next = "snapshots/snapshot-50-1"
    try disk.rename(next, to: next + ".partial")
    _ = try Sample.open(disk)
    #expect(disk.names[next + ".partial"] == nil)
  }

  @Test("behind a sync of names that failed a file goes whole: it may have its old name yet")
  func failedSyncOfNames() throws {
    let (disk, log) = try Sample.log(to: 60, marks: [40, 50, 55])
    #expect(try log.compact(through: LogIndex(60)))
    let oldest = try #require(segments(disk).first)
    let path = OnDiskFormat.segmentPath(oldest)
    let order = SpareOrder(work: .remove(path: path), number: 0, size: 0)
    disk.faults[disk.steps + 2] = .io(path: "wal", operation: "fsync of the directory", code: 5)
    #expect(throws: FileFault.self) { try order.carryOut(on: disk) }
    #expect(disk.names[path] == nil)
    try order.carryOut(on: disk)
    let found = disk.afterCrash(.nothing)
    #expect(found.names[path] != nil)
    #expect(try Sample.recover(found).slots.last?.position == Sample.position(1, 60))
  }

  @Test("a file goes although its blocks could not be given back one by one")
  func blocksStay() throws {
    let (disk, _) = try Sample.log(to: 60, marks: [])
    _ = try Sample.write(disk, Sample.snapshot(1, 40))
    let path = "snapshots/snapshot-40-1"
    // Where files share blocks, to cut one may take room.
    disk.faults[disk.steps + 3] = .noSpace(path: path)
    try SpareOrder(work: .remove(path: path), number: 0, size: 0).carryOut(on: disk)
    #expect(disk.trace.contains { $0.hasPrefix("truncate \(path)") })
    #expect(disk.names[path] == nil && disk.names[path + ".partial"] == nil)
  }

  @Test("a segment that could not become a spare for good can be tried again")
  func recycledAgain() throws {
    let (disk, log) = try Sample.log(to: 60, marks: [40, 50, 55])
    let before = segments(disk)
    #expect(try log.compact(through: LogIndex(60)))
    let order = try #require(log.orderClearing())
    disk.faults[disk.steps + 2] = .io(path: "wal", operation: "fsync of the directory", code: 5)
    #expect(throws: FileFault.self) { try order.carryOut(on: disk) }
    log.ended(order, isDone: false)
    #expect(segments(disk) == before)
    try log.clear(disk)
    #expect(segments(disk).count < before.count)
    #expect(try Sample.recover(disk).slots.last?.position == Sample.position(1, 60))
  }

  @Test("recycled segments are used again, and their old records never read as new ones")
  func recycling() throws {
    let (disk, log) = try Sample.log()
    var term: UInt64 = 1
    for index in UInt64(2)...400 {
      if index % 37 == 0 { term += 1 }
      try log.append([Sample.entry(term, index)])
      try log.sync()
      if index % 20 == 0 {
        try log.adopt(try Sample.write(disk, Sample.snapshot(term, index)))
        try log.compact(through: LogIndex(index))
        try log.clear(disk)
      }
      let recovery = try Sample.recover(disk)
      #expect(recovery.slots.last == .entry(Sample.entry(term, index)))
      #expect(recovery.faulty.isEmpty)
    }
    #expect(disk.names.keys.filter { $0.hasPrefix("wal/") }.count < 14)
  }

  @Test("pitfall 32: a reset discards a log that contradicts the snapshot, for good")
  func reset() throws {
    let (disk, log) = try Sample.log(to: 30, marks: [])
    let target = Sample.snapshot(5, 12)
    try log.adopt(try Sample.write(disk, target))
    try log.reset(to: target)
    try log.clear(disk)
    #expect(log.last == target.position && segments(disk).count == 1)
    let recovery = try Sample.recover(disk)
    #expect(recovery.slots.isEmpty && recovery.snapshot?.descriptor == target)
    try log.append([Sample.entry(5, 13)])
    try log.sync()
    #expect(try Sample.recover(disk).slots == [.entry(Sample.entry(5, 13))])
  }

  @Test("pitfall 32: a crash between snapshot and reset ends in the reset")
  func interruptedReset() throws {
    for target in [Sample.snapshot(5, 12), Sample.snapshot(5, 99)] {
      let (disk, log) = try Sample.log(to: 30, marks: [])
      try log.adopt(try Sample.write(disk, target))
      let (again, recovery) = try Sample.open(disk)
      #expect(recovery.notes == [.logReplaced(by: target.position)])
      #expect(recovery.slots.isEmpty && again.last == target.position)
      #expect(try Sample.recover(disk).notes.isEmpty)
    }
  }

  @Test("pitfall 36: a reset to a snapshot that a newer one overtook is replaced by the newer one")
  func overtakenReset() throws {
    let (disk, log) = try Sample.log(to: 30, marks: [])
    let (older, newer) = (Sample.snapshot(5, 40), Sample.snapshot(5, 60))
    try log.adopt(try Sample.write(disk, older))
    try log.adopt(try Sample.write(disk, newer))
    try log.reset(to: older)
    try log.append(Sample.entries(5, 41...43))
    #expect(try log.sync() == Sample.position(5, 43))
    let recovery = try Sample.recover(disk)
    #expect(recovery.snapshot?.descriptor == newer && recovery.slots.isEmpty)
    try log.reset(to: newer)
    #expect(try Sample.recover(disk).notes.isEmpty)
  }

  @Test("a snapshot of the log's own keeps the log above and below it")
  func ownSnapshot() throws {
    let (disk, _) = try Sample.log(to: 30, marks: [20])
    let recovery = try Sample.recover(disk)
    #expect(recovery.slots.count == 30 && recovery.snapshot != nil && recovery.notes.isEmpty)
  }

  @Test("pitfall 38: after a reset the log continues with no tail at all")
  func noTail() throws {
    let (disk, log) = try Sample.log()
    let target = Sample.snapshot(3, 40)
    try log.adopt(try Sample.write(disk, target))
    try log.reset(to: target)
    let (again, recovery) = try Sample.open(disk)
    #expect(recovery.slots.isEmpty && again.last == target.position)
    try again.append(Sample.entries(3, 41...43))
    #expect(try again.sync() == Sample.position(3, 43))
    #expect(try Sample.recover(disk).slots.map(\.position.index.number) == [41, 42, 43])
  }
}
