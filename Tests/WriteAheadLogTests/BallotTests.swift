import BinaryCodec
import Determinism
import RaftTypes
import Testing

@testable import WriteAheadLog

@Suite("The ballot")
struct BallotTests {
  static let vote = Ballot(term: Term(7), vote: NodeID(3))

  private func voted() throws -> CrashableDisk {
    let (disk, log) = try Sample.log()
    try log.saveBallot(Ballot(term: Term(6), vote: nil))
    try log.saveBallot(Self.vote)
    return disk
  }

  @Test("pitfall 2: a ballot is durable when saveBallot returns, whatever crash follows")
  func durable() throws {
    let disk = try voted()
    var dice = Dice(seed: 2)
    for _ in 0..<100 {
      #expect(try Sample.recover(disk.afterCrash(&dice)).ballot == Self.vote)
    }
  }

  @Test("pitfall 68: with either copy rotten the vote is remembered, and both hold it again")
  func oneCopy() throws {
    for sector in 0..<2 {
      let disk = try voted()
      disk.rot("ballot", sector: sector)
      let recovery = try Sample.open(disk).recovery
      #expect(recovery.ballot == Self.vote)
      #expect(recovery.notes == [.copyRewritten(path: "ballot", copy: sector)])
      disk.rot("ballot", sector: 1 - sector)
      #expect(try Sample.open(disk).recovery.ballot == Self.vote)
    }
  }

  @Test("pitfall 68: no crash in saveBallot leaves less than the ballot before it")
  func crashes() throws {
    for step in 1...4 {
      for seed in UInt64(1)...60 {
        let disk = try voted()
        let log = try Sample.open(disk).log
        disk.crashStep = disk.steps + step
        let next = Ballot(term: Term(9), vote: NodeID(1))
        #expect(throws: LogFault.self) { try log.saveBallot(next) }
        var dice = Dice(seed: seed)
        let found = try Sample.recover(disk.afterCrash(&dice)).ballot
        #expect(found == Self.vote || found == next)
      }
    }
  }

  @Test("pitfall 2: a start acts on no ballot that memory alone has", arguments: [false, true])
  func unsettled(afterFailedSync: Bool) throws {
    for step in 1...4 {
      for later in 1...10 {
        for survival in [Survival.everything, .nothing, .torn(bytes: 64), .torn(bytes: 700)] {
          let disk = try voted()
          let log = try Sample.open(disk).log
          // The process ends before the sync, or because the sync failed.
          if afterFailedSync {
            disk.faults[disk.steps + step] = .io(path: "ballot", operation: "fdatasync", code: 5)
          } else {
            disk.crashStep = disk.steps + step
          }
          #expect(throws: LogFault.self) { try log.saveBallot(Self.vote9) }
          disk.revive()
          guard case (let again, let recovery)? = try? Sample.open(disk) else { continue }
          #expect(recovery.ballot == Self.vote || recovery.ballot == Self.vote9)
          // From here on it is promised, whatever becomes of the next one.
          disk.crashStep = disk.steps + later
          try? again.saveBallot(Ballot(term: Term(10), vote: nil))
          let found = try Sample.recover(disk.afterCrash(survival)).ballot
          #expect(
            found == recovery.ballot || found.term == Term(10),
            "step \(step), then \(later), \(survival): \(found), not \(recovery.ballot)")
        }
      }
    }
  }

  private static let vote9 = Ballot(term: Term(9), vote: NodeID(1))

  @Test("pitfall 68: a crash while the lost copy is rewritten leaves the other one")
  func crashInRepair() throws {
    for sector in 0..<2 {
      for step in 1...4 {
        for seed in UInt64(1)...30 {
          let disk = try voted()
          disk.rot("ballot", sector: sector)
          disk.crashStep = disk.steps + step
          #expect(throws: LogFault.self) { _ = try Sample.open(disk) }
          var dice = Dice(seed: seed)
          #expect(try Sample.recover(disk.afterCrash(&dice)).ballot == Self.vote)
        }
      }
    }
  }

  @Test("no flipped bit and no truncation of the ballot file changes the vote")
  func everyBit() throws {
    let disk = try voted()
    let bytes = disk.bytes("ballot")
    for offset in bytes.indices where bytes[offset] != 0 || offset % 17 == 0 {
      let damaged = disk.copy()
      damaged.flip("ballot", bit: offset * 8 + offset % 8)
      let recovery = try Sample.open(damaged).recovery
      #expect(recovery.ballot == Self.vote, "byte \(offset)")
      #expect(recovery.notes == [.copyRewritten(path: "ballot", copy: offset / 4096)])
    }
    for size in stride(from: 0, to: bytes.count, by: 13) {
      let damaged = disk.copy()
      damaged.setBytes("ballot", Array(bytes[..<size]))
      let recovery = try Sample.open(damaged).recovery
      let isLost = size < 4096
      #expect(recovery.ballot == (isLost ? .blank : Self.vote), "cut to \(size)")
      #expect(
        recovery.identity.incarnation
          == (isLost ? Sample.renewal : Sample.identity.incarnation), "cut to \(size)")
    }
  }

  @Test("the ballot of another disk is refused")
  func foreign() throws {
    let disk = try voted()
    let other = CrashableDisk()
    let identity = DiskIdentity(
      cluster: Sample.cluster, node: NodeID(1), incarnation: DiskIncarnation(2))
    try WriteAheadLog.format(other, identity, genesis: nil, Sample.options)
    disk.setBytes("ballot", other.bytes("ballot"))
    #expect(
      throws: LogFault.foreign(
        path: "ballot", found: "\(identity)", expected: "\(Sample.identity)")
    ) { _ = try Sample.open(disk) }
  }
}
