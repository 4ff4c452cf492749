import Determinism
import RaftTypes
import Testing

@testable import WriteAheadLog

@Suite("A full disk")
struct FullDiskTests {
  private static let manySpares = LogOptions(
    segmentSize: 8 * 4096, reserveSize: 4096, spareLimit: 8)

  private func isFull(_ error: any Error) -> Bool {
    if case LogFault.diskFull = error { return true }
    return false
  }

  @Test("pitfall 51: wherever the disk fills, nothing is lost and writes go on when it has space")
  func everyOffset() throws {
    for extra in stride(from: 0, to: 100_000, by: 997) {
      let (disk, log) = try Sample.log()
      disk.capacity = disk.used + extra
      var index: UInt64 = 2
      var refused = false
      while !refused, index < 60 {
        do {
          try log.append([Sample.entry(1, index)])
          try log.sync()
          index += 1
        } catch {
          #expect(isFull(error))
          refused = true
        }
      }
      #expect(refused)
      #expect(log.last == Sample.position(1, index - 1))
      let recovery = try Sample.recover(disk)
      #expect(recovery.entries.count == Int(index) - 1 && recovery.faulty.isEmpty)
      disk.capacity = .max
      try log.append([Sample.entry(1, index)])
      #expect(try log.sync() == Sample.position(1, index))
      #expect(try Sample.recover(disk).entries.count == Int(index))
    }
  }

  @Test("pitfall 51: a refused append leaves nothing of itself, however long it was")
  func allOrNothing() throws {
    let (disk, log) = try Sample.log()
    disk.capacity = disk.used + 40_000
    let long = (UInt64(2)...30).map { Sample.entry(1, $0, size: 9000) }
    #expect(throws: LogFault.self) { try log.append(long) }
    #expect(log.last == Sample.position(0, 1))
    try log.append([Sample.entry(1, 2)])
    try log.sync()
    #expect(try Sample.recover(disk).entries == [Sample.genesis, Sample.entry(1, 2)])
  }

  @Test("pitfall 51: the reserve is given back so that a snapshot and compaction can run")
  func reserve() throws {
    let options = LogOptions(segmentSize: 8 * 4096, reserveSize: 4 * 4096, spareLimit: 2)
    let disk = CrashableDisk()
    try WriteAheadLog.format(disk, Sample.identity, genesis: Sample.genesis, options)
    guard case .opened(let log, _) = try WriteAheadLog.open(disk, options, renewal: Sample.renewal)
    else { return }
    // What is left beside full segments and the reserve would together hold one more segment.
    disk.capacity = disk.used + 4 * 8 * 4096 + 5 * 4096
    var index: UInt64 = 2
    func fill() throws {
      while true {
        try log.append([Sample.entry(1, index)])
        try log.sync()
        index += 1
      }
    }
    #expect(throws: LogFault.self) { try fill() }
    #expect(disk.names["reserve"] == nil)
    // Again and again: the reserve is not for appends.
    for _ in 0..<5 { #expect(throws: LogFault.self) { try fill() } }
    #expect(disk.capacity - disk.used >= options.reserveSize)
    for mark in [index - 2, index - 1] {
      try log.adopt(try Sample.write(disk, Sample.snapshot(1, mark)))
    }
    #expect(try log.compact(through: LogIndex(index)))
    try log.clear(disk)
    #expect(disk.names["reserve"] != nil)
    try log.append([Sample.entry(1, index)])
    try log.sync()
  }

  @Test("pitfall 51: a snapshot that finds no room gets that of segments which wait for a log")
  func roomOfSpares() throws {
    let (disk, log) = try Sample.log(to: 60, marks: [50, 55], Self.manySpares)
    #expect(try log.compact(through: LogIndex(60)))
    try log.clear(disk)
    func spares() -> Int { disk.names.keys.filter { $0.hasPrefix("wal/spare-") }.count }
    let before = spares()
    #expect(before > 3)
    disk.capacity = disk.used
    let raw = SnapshotFileTests.raw(60_000, compressible: false)
    #expect(throws: LogFault.self) { try Sample.write(disk, Sample.snapshot(1, 60), raw: raw) }
    #expect(spares() == before)
    log.makeRoom()
    try log.clear(disk)
    #expect(spares() == 1)
    #expect(disk.names["reserve"] != nil)
    try log.adopt(try Sample.write(disk, Sample.snapshot(1, 60), raw: raw))
    log.makeRoom()
    #expect(try Sample.recover(disk).snapshot?.descriptor == Sample.snapshot(1, 60))
  }

  @Test("what was to become a spare goes as well when a snapshot finds no room")
  func roomOfFormerSegments() throws {
    let (disk, log) = try Sample.log(to: 60, marks: [50, 55], Self.manySpares)
    #expect(try log.compact(through: LogIndex(60)))
    log.makeRoom()
    try log.clear(disk)
    #expect(disk.names.keys.filter { $0.hasPrefix("wal/spare-") }.count <= 1)
  }

  @Test("pitfall 51: a start on a full disk whose log ends below its snapshot has the log's room")
  func restartBehindSnapshot() throws {
    let disk = try Sample.formatted()
    let log = try Sample.open(disk).log
    let room = disk.used + 10 * 8 * 4096
    disk.capacity = room
    var index: UInt64 = 2
    #expect(throws: LogFault.self) {
      while true {
        try log.append([Sample.entry(1, index)])
        try log.sync()
        index += 1
      }
    }
    disk.capacity = .max
    // What was applied from memory, and waited for room in the log.
    let ahead = Sample.snapshot(1, index + 3)
    _ = try Sample.write(disk, ahead)
    disk.capacity = disk.used
    for step in 1...40 {
      let crashed = disk.copy()
      crashed.capacity = disk.used
      crashed.crashStep = crashed.steps + step
      _ = try? Sample.open(crashed)
      let found = crashed.afterCrash(.drawn(UInt64(step)))
      found.capacity = max(found.used, disk.used)
      #expect(try Sample.open(found).recovery.snapshot?.descriptor == ahead, "step \(step)")
    }
    let (again, recovery) = try Sample.open(disk)
    #expect(recovery.notes.contains(.logReplaced(by: ahead.position)))
    #expect(again.last == ahead.position)
    try again.append([Sample.entry(1, index + 4)])
    #expect(try again.sync() == Sample.position(1, index + 4))
    #expect(try Sample.recover(disk).snapshot?.descriptor == ahead)
  }

  @Test("pitfall 51: a start on a full disk works and says that the reserve is missing")
  func restart() throws {
    let disk = try Sample.formatted()
    disk.capacity = disk.used
    let (log, recovery) = try Sample.open(disk)
    #expect(recovery.notes == [.reserveMissing])
    try log.append([Sample.entry(1, 2)])
    try log.sync()
    try log.saveBallot(Ballot(term: Term(3), vote: NodeID(1)))
  }

  @Test("a write that finds no room inside its segment can be synced again, with what came since")
  func copyOnWrite() throws {
    let (disk, log) = try Sample.log()
    try log.append([Sample.entry(1, 2)])
    disk.faults[disk.steps + 1] = .noSpace(path: "wal/1.log")
    #expect(throws: LogFault.diskFull(path: "wal/1.log")) { try log.sync() }
    #expect(log.durable == Sample.position(0, 1))
    try log.append([Sample.entry(1, 3)])
    #expect(try log.sync() == Sample.position(1, 3))
    try log.append([Sample.entry(1, 4)])
    try log.sync()
    #expect(try Sample.recover(disk).entries == [Sample.genesis] + Sample.entries(1, 2...4))
  }

  @Test("a snapshot that finds no room leaves nothing and can be tried again")
  func snapshot() throws {
    let disk = try Sample.formatted()
    disk.capacity = disk.used + 1000
    let raw = SnapshotFileTests.raw(5000, compressible: false)
    #expect(throws: LogFault.self) { try Sample.write(disk, Sample.snapshot(1, 5), raw: raw) }
    #expect(disk.names.keys.filter { $0.hasPrefix("snapshots/") } == [])
    disk.capacity = .max
    _ = try Sample.write(disk, Sample.snapshot(1, 5), raw: raw)
  }
}
