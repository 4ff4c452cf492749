import RaftTypes
import Testing

@testable import WriteAheadLog

@Suite("The log: append, sync, recover")
struct AppendTests {
  @Test("what was synced is there after a restart, in order")
  func roundTrip() throws {
    let (disk, log) = try Sample.log()
    try log.append(Sample.entries(1, 2...4))
    #expect(log.durable == Sample.position(0, 1))
    #expect(try log.sync() == Sample.position(1, 4))
    try log.append(Sample.entries(1, 5...5) + Sample.entries(2, 6...9))
    #expect(try log.sync() == Sample.position(2, 9))
    let recovery = try Sample.recover(disk)
    let expected =
      [Sample.genesis] + Sample.entries(1, 2...5) + Sample.entries(2, 6...9)
    #expect(recovery.entries == expected)
    #expect(recovery.notes.isEmpty)
    #expect(recovery.ballot == .blank)
    #expect(recovery.identity == Sample.identity)
  }

  @Test("many appends become durable by one write and one sync")
  func groupCommit() throws {
    let (disk, log) = try Sample.log()
    for index in UInt64(2)...40 { try log.append([Sample.entry(1, index)]) }
    let before = disk.steps
    try log.sync()
    #expect(disk.steps - before == 2)
    #expect(disk.trace.suffix(2).map { $0.split(separator: " ")[0] } == ["write", "sync"])
  }

  @Test("a write ends with a sector, of which the kernel would have to read the rest otherwise")
  func wholeSectors() throws {
    let (disk, log) = try Sample.log()
    let before = disk.trace.count
    for index in UInt64(2)...40 {
      try log.append([Sample.entry(1, index, size: Int(index) * 397 % 9000)])
      if index % 3 != 0 { try log.sync() }
    }
    try log.sync()
    var groups = 0
    for step in disk.trace.dropFirst(before) {
      // write PATH OFFSET COUNT
      let words = step.split(separator: " ")
      guard words[0] == "write" else { continue }
      let offset = try #require(Int(words[2]))
      // A segment's header is installed once.
      guard offset > 0 else { continue }
      let end = offset + (try #require(Int(words[3])))
      #expect(end % OnDiskFormat.sectorSize == 0, "\(step)")
      groups += 1
    }
    #expect(groups > 25)
    #expect(try Sample.recover(disk).entries.count == 40)
  }

  @Test("a sync of nothing touches no disk")
  func emptySync() throws {
    let (disk, log) = try Sample.log()
    let before = disk.steps
    #expect(try log.sync() == Sample.position(0, 1))
    #expect(disk.steps == before)
  }

  @Test("an append at or below the end replaces what was there, across restarts")
  func conflict() throws {
    let (disk, log) = try Sample.log()
    try log.append(Sample.entries(1, 2...9))
    try log.sync()
    try log.append(Sample.entries(2, 5...6))
    #expect(try log.sync() == Sample.position(2, 6))
    let recovery = try Sample.recover(disk)
    #expect(
      recovery.entries == [Sample.genesis] + Sample.entries(1, 2...4) + Sample.entries(2, 5...6))
  }

  @Test("the log goes on over many segments and restarts")
  func segments() throws {
    let disk = try Sample.formatted()
    var expected = [Sample.genesis]
    var index: UInt64 = 2
    for round in 0..<12 {
      let log = try Sample.open(disk).log
      for _ in 0...round {
        let entry = Sample.entry(3, index, size: Int(index * 97 % 9000))
        try log.append([entry])
        if index % 3 == 0 { try log.sync() }
        expected.append(entry)
        index += 1
      }
      try log.sync()
    }
    let recovery = try Sample.recover(disk)
    #expect(recovery.entries == expected)
    #expect(disk.names.keys.filter { $0.hasSuffix(".log") }.count > 5)
  }

  @Test("an entry longer than a segment gets a segment of its size")
  func longEntry() throws {
    let (disk, log) = try Sample.log()
    let entries = [Sample.entry(1, 2, size: 100_000), Sample.entry(1, 3)]
    try log.append(entries)
    try log.sync()
    #expect(try Sample.recover(disk).entries == [Sample.genesis] + entries)
  }

  @Test("an append beyond the end is a misuse and stops the process")
  func gap() async {
    await #expect(processExitsWith: .failure) {
      let (_, log) = try Sample.log()
      try log.append([Sample.entry(1, 3)])
    }
  }
}
