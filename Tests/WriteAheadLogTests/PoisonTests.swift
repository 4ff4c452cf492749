import Determinism
import RaftTypes
import Testing

@testable import WriteAheadLog

@Suite("A failed sync is final")
struct PoisonTests {
  private let broken = FileFault.io(path: "wal/1.log", operation: "fdatasync", code: 5)

  /// A log with 1...3 durable, and 4 lost by a failed sync.
  private func poisoned() throws -> (CrashableDisk, WriteAheadLog<CrashableDisk>) {
    let (disk, log) = try Sample.log()
    try log.append(Sample.entries(1, 2...3))
    try log.sync()
    try log.append([Sample.entry(1, 4)])
    disk.faults[disk.steps + 2] = broken
    #expect(throws: LogFault.poisoned(broken)) { try log.sync() }
    return (disk, log)
  }

  @Test("pitfall 48: after one failed sync every call is refused, though the disk works again")
  func everyCall() throws {
    let (disk, log) = try poisoned()
    let steps = disk.steps
    #expect(log.durable == Sample.position(1, 3))
    #expect(throws: LogFault.poisoned(broken)) { try log.sync() }
    #expect(throws: LogFault.poisoned(broken)) { try log.append([Sample.entry(1, 5)]) }
    #expect(throws: LogFault.poisoned(broken)) { try log.fill([]) }
    #expect(throws: LogFault.poisoned(broken)) { try log.saveBallot(.blank) }
    #expect(throws: LogFault.poisoned(broken)) { try log.compact(through: .zero) }
    #expect(disk.steps == steps)
  }

  @Test("pitfall 48: what the page cache alone still holds is durable once a restart returned it")
  func restartDoesNotTrustTheCache() throws {
    let (disk, _) = try poisoned()
    let recovery = try Sample.open(disk).recovery
    #expect(recovery.entries.last == Sample.entry(1, 4))
    var dice = Dice(seed: 1)
    for _ in 0..<50 {
      let found = try Sample.open(disk.afterCrash(&dice)).recovery
      #expect(found.entries == recovery.entries)
    }
  }

  @Test("pitfall 48: a fault of any write or sync loses nothing that was acknowledged")
  func anyFault() throws {
    for seed in UInt64(1)...6 {
      let steps = CrashTests.crash(seed: seed, step: nil).disk.steps
      for step in stride(from: 20, through: steps, by: 2) {
        let disk = CrashableDisk()
        disk.faults[step] = .io(path: "any", operation: "any", code: 5)
        var workload = Workload(seed: seed)
        try? workload.run(on: disk)
        var dice = Dice(seed: seed)
        try CrashTests.check(disk.afterCrash(&dice), workload.oracle, "fault in step \(step)")
      }
    }
  }

  @Test("a failed sync of the ballot poisons too")
  func ballot() throws {
    let (disk, log) = try Sample.log()
    disk.faults[disk.steps + 2] = broken
    #expect(throws: LogFault.poisoned(broken)) {
      try log.saveBallot(Ballot(term: Term(2), vote: NodeID(2)))
    }
    #expect(throws: LogFault.poisoned(broken)) { try log.append([Sample.entry(1, 2)]) }
  }
}
