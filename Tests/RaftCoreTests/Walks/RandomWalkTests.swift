import Determinism
import RaftCore
import RaftTypes
import Testing

@Suite("Random walks")
struct RandomWalkTests {
  /// Blocks of ten seeds.
  static let blocks = UInt64(0)..<20

  @Test("whatever happens nothing breaks, and what is healed makes progress", arguments: blocks)
  func walk(block: UInt64) throws {
    for seed in (block * 10)..<(block * 10 + 10) {
      var walk = RandomWalk(seed: seed)
      do {
        try walk.wander(steps: 1800)
        try walk.heal()
      } catch {
        Issue.record("seed \(seed): \(error)")
        return
      }
    }
  }

  @Test("members come and go, disks and ballots are lost: nothing breaks", arguments: blocks)
  func churn(block: UInt64) throws { try walk(block, .churn) }

  @Test("every disk rots, with a good copy somewhere: nothing is lost", arguments: blocks)
  func rot(block: UInt64) throws { try walk(block, .allRot, heals: false) }

  @Test("one state machine at a time errs: nothing breaks, and it is mended", arguments: blocks)
  func erring(block: UInt64) throws { try walk(block, .erring) }

  @Test("with lease reads: nothing stale is read from those who lead no more", arguments: blocks)
  func leases(block: UInt64) throws {
    for trouble in [nil, .churn] as [RandomWalk.Trouble?] {
      try walk(block, trouble, leases: true)
    }
  }

  /// - Parameter heals: whether progress is demanded besides safety.
  private func walk(
    _ block: UInt64, _ trouble: RandomWalk.Trouble?, leases: Bool = false, heals: Bool = true
  ) throws {
    for seed in (block * 3)..<(block * 3 + 3) {
      var walk = RandomWalk(seed: seed, trouble, leases: leases)
      do {
        try walk.wander(steps: 1500)
        if heals { try walk.heal() }
      } catch {
        Issue.record("seed \(seed): \(error)")
        return
      }
    }
  }

  @Test("the same seed walks the same way")
  func reproducible() throws {
    for seed in UInt64(0)..<3 {
      var stories: [[String]] = []
      for _ in 0..<2 {
        var walk = RandomWalk(seed: seed, telling: true)
        try walk.wander(steps: 500)
        stories.append(walk.cluster.story ?? [])
      }
      #expect(stories[0] == stories[1])
      #expect(stories[0].count > 300)
    }
  }

  @Test("the walks meet what they are meant to meet")
  func coverage() throws {
    var (elections, installs, reads, transfers) = (0, 0, 0, 0)
    for seed in UInt64(0)..<30 {
      var walk = RandomWalk(seed: seed)
      try walk.wander(steps: 1800)
      elections += walk.cluster.oracle.elections
      installs += walk.cluster.installs
      reads += walk.cluster.ledger.readsDone
      transfers += walk.cluster.ledger.transfers.filter { $0 != .notLeader }.count
    }
    var leaseReads = 0
    for seed in UInt64(0)..<20 {
      var walk = RandomWalk(seed: seed, leases: true)
      try walk.wander(steps: 1800)
      leaseReads += walk.cluster.ledger.leaseReads
    }
    #expect(leaseReads > 100)
    var (configurations, renewals, voided, quarantines) = (0, 0, 0, 0)
    for seed in UInt64(0)..<30 {
      var churn = RandomWalk(seed: seed, .churn)
      try churn.wander(steps: 1500)
      configurations += churn.cluster.oracle.configurations
      renewals += churn.renewals
      var rot = RandomWalk(seed: seed, .allRot)
      try rot.wander(steps: 1500)
      voided += rot.rotten
      var erring = RandomWalk(seed: seed, .erring)
      try erring.wander(steps: 1500)
      quarantines += erring.cluster.ledger.quarantines
    }
    #expect(configurations > 40)
    #expect(renewals > 10)
    #expect(voided > 100)
    #expect(quarantines > 5)
    #expect(elections > 60)
    #expect(installs > 5)
    #expect(reads > 100)
    #expect(transfers > 20)
  }
}
