import Determinism
import RaftTypes
import Testing

@testable import WriteAheadLog

@Suite("A lost ballot renews the disk's incarnation")
struct RenewalTests {
  private static let entries = Sample.entries(5, 2...6)
  private static let vote = Ballot(term: Term(7), vote: NodeID(3))

  /// A disk with a log of term 5 and a vote in term 7.
  private func voted() throws -> CrashableDisk {
    let (disk, log) = try Sample.log()
    try log.append(Self.entries)
    try log.sync()
    try log.saveBallot(Self.vote)
    return disk
  }

  private func lost() throws -> CrashableDisk {
    let disk = try voted()
    disk.rot("ballot", sector: 0)
    disk.rot("ballot", sector: 1)
    return disk
  }

  @Test("pitfall 68: with both copies rotten the disk is another one, which promised nothing")
  func bothCopies() throws {
    let disk = try lost()
    let recovery = try Sample.open(disk).recovery
    #expect(recovery.identity == Sample.identity.renewed(Sample.renewal))
    #expect(recovery.ballot == Ballot(term: Term(5), vote: nil))
    #expect(
      recovery.notes == [
        .incarnationRenewed(from: Sample.identity.incarnation, to: Sample.renewal)
      ])
    #expect(recovery.entries == [Sample.genesis] + Self.entries)
  }

  @Test("a ballot file that is gone is a ballot that is lost")
  func gone() throws {
    let disk = try voted()
    try disk.remove("ballot")
    let (log, recovery) = try Sample.open(disk)
    #expect(recovery.identity.incarnation == Sample.renewal && recovery.ballot.vote == nil)
    try log.saveBallot(Self.vote)
    #expect(try Sample.recover(disk).ballot == Self.vote)
  }

  @Test("a renewed disk keeps its name, remembers its votes, and goes on with its log")
  func goesOn() throws {
    let disk = try lost()
    let log = try Sample.open(disk).log
    let vote = Ballot(term: Term(8), vote: NodeID(2))
    try log.saveBallot(vote)
    // Into segments whose headers are written under the new name.
    let more = Sample.entries(8, 7...40, size: 3000)
    for entry in more {
      try log.append([entry])
      try log.sync()
    }
    let (_, again) = try Sample.open(disk, renewal: DiskIncarnation(0xD3))
    #expect(again.identity == Sample.identity.renewed(Sample.renewal))
    #expect(again.ballot == vote && again.notes == [])
    #expect(again.entries == [Sample.genesis] + Self.entries + more)
  }

  @Test("a second loss renews a second time")
  func twice() throws {
    let disk = try lost()
    _ = try Sample.open(disk)
    try disk.remove("ballot")
    let third = DiskIncarnation(0xD3)
    let recovery = try Sample.open(disk, renewal: third).recovery
    #expect(recovery.identity == Sample.identity.renewed(third))
    #expect(recovery.notes == [.incarnationRenewed(from: Sample.renewal, to: third)])
    #expect(recovery.entries == [Sample.genesis] + Self.entries)
  }

  @Test("pitfall 68: a copy of an earlier incarnation that can be read again counts for nothing")
  func staleCopy() throws {
    let disk = try voted()
    let old = disk.bytes("ballot")
    try disk.remove("ballot")
    let log = try Sample.open(disk).log
    let vote = Ballot(term: Term(8), vote: NodeID(2))
    try log.saveBallot(vote)
    let new = disk.bytes("ballot")
    for slot in 0..<2 {
      let mixed = disk.copy()
      let stale = slot * 4096..<slot * 4096 + 4096
      mixed.setBytes(
        "ballot", Array(new[..<stale.lowerBound] + old[stale] + new[stale.upperBound...]))
      #expect(try Sample.recover(mixed).ballot == vote, "copy \(slot)")
    }
    disk.setBytes("ballot", old)
    let recovery = try Sample.open(disk, renewal: DiskIncarnation(0xD3)).recovery
    #expect(recovery.identity.incarnation == DiskIncarnation(0xD3))
    #expect(recovery.ballot.vote == nil)
  }

  @Test("pitfalls 52 and 68: whatever crash ends a renewal, no name has two ballots")
  func crashes() throws {
    let whole = try lost()
    _ = try Sample.open(whole)
    let steps = whole.steps
    #expect(steps > 0)
    for step in 1...steps {
      for seed in UInt64(1)...40 {
        let disk = try lost()
        disk.crashStep = disk.steps + step
        guard (try? Sample.open(disk)) == nil else { continue }
        var dice = Dice(seed: seed)
        let found = disk.afterCrash(&dice)
        let next = DiskIncarnation(0xD3)
        let recovery = try Sample.open(found, renewal: next).recovery
        // Under a name that was in use no promise is fresh; nothing left under the first renewal.
        #expect([Sample.renewal, next].contains(recovery.identity.incarnation), "step \(step)")
        #expect(recovery.ballot == Ballot(term: Term(5), vote: nil), "step \(step)")
        #expect(recovery.entries == [Sample.genesis] + Self.entries, "step \(step)")
        let again = try Sample.open(found, renewal: DiskIncarnation(0xD4)).recovery
        #expect(again.identity == recovery.identity && again.notes == [], "step \(step)")
      }
    }
  }

  @Test("the identity is durable under its new name before a ballot is written under it")
  func order() throws {
    let disk = try lost()
    let before = disk.steps
    _ = try Sample.open(disk)
    let trace = disk.trace[before...].filter { !$0.contains("wal/") }
    let identity = trace.lastIndex { $0.contains("identity") }
    let ballot = trace.firstIndex { $0.contains("ballot") }
    #expect(try #require(identity) < #require(ballot), "\(trace)")
    #expect(trace[trace.startIndex..<(ballot ?? 0)].last?.hasPrefix("sync") == true, "\(trace)")
  }

  @Test("a segment of another disk is refused after a renewal too")
  func foreign() throws {
    let disk = try lost()
    _ = try Sample.open(disk)
    let other = CrashableDisk()
    let identity = DiskIdentity(
      cluster: Sample.cluster, node: NodeID(1), incarnation: Sample.renewal)
    try WriteAheadLog.format(other, identity, genesis: Sample.genesis, Sample.options)
    disk.setBytes("wal/1.log", other.bytes("wal/1.log"))
    #expect(
      throws: LogFault.foreign(
        path: "wal/1.log", found: "\(identity)",
        expected: "\(Sample.identity.renewed(Sample.renewal))")
    ) { _ = try Sample.open(disk) }
  }

  @Test("a look that changes nothing finds the ballot lost, and trouble")
  func inspection() throws {
    let disk = try lost()
    let before = disk.steps
    var found: [LogFinding] = []
    try LogInspection(disk).run { found.append($0) }
    #expect(found.contains(.ballot(nil, lostCopies: [0, 1])) && disk.steps == before)
    #expect(LogFinding.ballot(nil, lostCopies: [0, 1]).isTrouble)
  }
}
