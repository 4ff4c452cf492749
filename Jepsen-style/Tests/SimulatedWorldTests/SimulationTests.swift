import Faults
import Histories
import Properties
import Testing

@testable import SimulatedWorld

@Suite("Whole worlds")
struct SimulationTests {
  @Test("one seed makes one run", arguments: [2, 18_446_744_073_709_551_615] as [UInt64])
  func deterministic(seed: UInt64) {
    let (first, second) = (Simulation(seed: seed).run(), Simulation(seed: seed).run())
    #expect(first.hash == second.hash)
    #expect(first.tally == second.tally)
    #expect(first.registers == second.registers)
    #expect(first.hash != Simulation(seed: seed ^ 1).run().hash)
  }

  @Test("being watched changes nothing")
  func watched() {
    var lines = 0
    let watched = Simulation(seed: 9).run { _ in lines += 1 }
    #expect(watched.hash == Simulation(seed: 9).run().hash)
    #expect(lines > 100)
  }

  @Test("without faults every call is answered, by a leader that is elected once")
  func calm() {
    let report = Simulation(seed: 1, nodes: 3, profile: .calm).run()
    #expect(report.violation == nil)
    // Whoever does not belong to the quorum that goes on loses power, and its clients ask others;
    // nothing else happens.
    let expected: [FaultClass] = [.powerLoss, .retry]
    #expect(
      FaultClass.allCases.allSatisfy { report.tally.faults[$0] == 0 || expected.contains($0) })
    // A second one, when the leader is not among the quorum that goes on.
    #expect(report.tally.elections <= 2)
    // What that election refused, and old revisions that were compacted, is honest and no answer.
    #expect(report.tally.answered * 100 >= report.tally.operations * 95)
  }

  @Test("every profile keeps every promise", arguments: Profile.allCases)
  func promises(profile: Profile) {
    let simulation = Simulation(seed: 4, nodes: 3, profile: profile)
    let report = simulation.run()
    #expect(report.violation == nil, "\(simulation.replay)")
  }

  @Test("one node alone is a cluster too, and so are seven", arguments: [1, 2, 7])
  func sizes(nodes: Int) {
    let simulation = Simulation(seed: 5, nodes: nodes)
    let report = simulation.run()
    #expect(report.violation == nil, "\(simulation.replay)")
    #expect(report.tally.answered > 0)
  }

  @Test("seeds that once found a bug find none", arguments: Regression.seeds)
  func regressions(_ regression: Regression) {
    let simulation = Simulation(
      seed: regression.seed, nodes: regression.nodes, profile: regression.profile)
    let report = simulation.run()
    #expect(report.violation == nil, "\(simulation.replay)")
  }

  // All of them are demanded of longer runs, which are for release builds (RunCommand).
  @Test("over a few seeds most of what could happen did")
  func coverage() {
    var total = Tally()
    for seed in 1...3 as ClosedRange<UInt64> {
      total += Simulation(seed: seed, nodes: 3, profile: .swarm).run().tally
      total += Simulation(seed: seed, nodes: 3, profile: .disks).run().tally
    }
    #expect(total.faults.missing.count < FaultClass.allCases.count / 2, "\(total.faults.missing)")
    #expect(total.elections > 10 && total.snapshots > 10 && total.addressMoves > 10)
    #expect(total.installs > 0 && total.unknown > 0)
  }

  @Test("disks that lie about their syncs are found out")
  func lyingDisks() {
    let isFound = (1...10 as ClosedRange<UInt64>).contains { seed in
      var simulation = Simulation(seed: seed, nodes: 3, profile: .disks)
      simulation.disksLie = true
      return simulation.run().violation != nil
    }
    #expect(isFound)
  }
}

/// A seed that once found a bug; docs/TRACK-RECORD.md tells which.
struct Regression: Sendable, CustomTestStringConvertible {
  let seed: UInt64
  let nodes: Int
  let profile: Profile

  var testDescription: String { "seed \(seed), \(nodes) nodes, \(profile.rawValue)" }

  static let seeds = [
    Regression(seed: 130, nodes: 3, profile: .disks),
    Regression(seed: 1731, nodes: 5, profile: .swarm),
    Regression(seed: 1_015_790, nodes: 3, profile: .swarm),
    Regression(seed: 3_005_899, nodes: 3, profile: .swarm),
  ]
}
