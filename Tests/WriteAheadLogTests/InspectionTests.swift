import RaftTypes
import Testing

@testable import WriteAheadLog

@Suite("Looking at a directory")
struct InspectionTests {
  private func findings(_ disk: CrashableDisk) throws -> [LogFinding] {
    var found: [LogFinding] = []
    try LogInspection(disk).run { found.append($0) }
    return found
  }

  private func written() throws -> CrashableDisk {
    let (disk, log) = try Sample.log()
    try log.append(Sample.entries(1, 2...4))
    try log.sync()
    try log.append(Sample.entries(2, 4...5))
    try log.sync()
    try log.adopt(try Sample.write(disk, Sample.snapshot(1, 3)))
    return disk
  }

  @Test("a healthy directory is told file by file and record by record, and not changed")
  func healthy() throws {
    let disk = try written()
    let before = disk.steps
    let found = try findings(disk)
    #expect(disk.steps == before)
    #expect(found.allSatisfy { !$0.isTrouble })
    #expect(found[0] == .identity(Sample.identity))
    #expect(found[1] == .ballot(.blank, lostCopies: []))
    let entries = found.compactMap { finding -> [Entry]? in
      guard case .record(_, let entries) = finding else { return nil }
      return entries
    }
    #expect(entries == [[Sample.genesis], Sample.entries(1, 2...4), Sample.entries(2, 4...5)])
    #expect(found.contains { if case .snapshot = $0 { true } else { false } })
  }

  @Test("damage is told with file and offset, and what lies behind it is told too")
  func damaged() throws {
    let disk = try written()
    disk.rot("ballot", sector: 1)
    disk.flip("snapshots/snapshot-3-1", bit: 777)
    disk.flip("wal/1.log", bit: (2 * 4096 + 64 + 80) * 8)
    let found = try findings(disk)
    #expect(found.contains(.ballot(.blank, lostCopies: [1])))
    let faulty = found.compactMap { finding -> RecordDescription? in
      guard case .faulty(let record) = finding else { return nil }
      return record
    }
    #expect(faulty.map(\.first) == [Sample.position(1, 2)])
    #expect(faulty.map(\.last) == [Sample.position(1, 4)])
    #expect(faulty.map(\.offset) == [2 * 4096 + 64])
    let damage = found.compactMap { finding -> String? in
      guard case .damage(let damage) = finding else { return nil }
      return damage.path
    }
    #expect(damage == ["snapshots/snapshot-3-1"])
    #expect(found.count { $0.isTrouble } == 3)
  }

  @Test("a directory without an identity has nothing to look at")
  func unformatted() {
    #expect(throws: LogFault.file(.notFound(path: "identity"))) {
      _ = try findings(CrashableDisk())
    }
  }
}
