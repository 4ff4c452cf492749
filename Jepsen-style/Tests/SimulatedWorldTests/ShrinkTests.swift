import Determinism
import Faults
import Testing

@testable import SimulatedWorld

@Suite("Shrinking a run that fails")
struct ShrinkTests {
  // Disks that lie break their promise in many seeds; the first of these will do.
  private static let planted: Simulation? = (1...40 as ClosedRange<UInt64>).lazy.map { seed in
    var simulation = Simulation(seed: seed, nodes: 3, profile: .disks)
    simulation.disksLie = true
    simulation.reduction.until = .seconds(3)
    return simulation
  }.first { $0.run().violation != nil }

  @Test("the smaller run breaks the same promise, and so does its replay")
  func same() throws {
    let planted = try #require(Self.planted)
    var shrinker = try #require(Shrinker(planted, limit: 20, run: Shrinker.here))
    let before = shrinker.outcome
    shrinker.shrink()
    let after = shrinker.simulation.run()
    #expect(after.violation?.promise == before.promise)
    #expect(after.tally.faultsInjected < before.tally.faultsInjected)
    #expect(after.tally.events < before.tally.events)
    #expect(shrinker.attempts <= 20)
  }

  @Test("a run that keeps its promises is not shrunk")
  func clean() {
    #expect(Shrinker(Simulation(seed: 1, nodes: 3, profile: .calm), run: Shrinker.here) == nil)
  }

  @Test("of many faults the two that matter together stay")
  func delta() throws {
    // A made-up product that fails when faults 5 and 11 both happen, out of 24.
    func fails(_ simulation: Simulation) -> Shrinker.Outcome {
      let omitted = simulation.reduction
      var tally = Tally()
      tally.events = 1
      tally.faultsDrawn = 24
      let isBroken = !omitted.omits(5) && !omitted.omits(11)
      return Shrinker.Outcome(promise: isBroken ? "it" : nil, tally: tally)
    }
    var shrinker = try #require(Shrinker(Simulation(seed: 1, nodes: 1), run: fails))
    shrinker.shrink()
    #expect(Reduction.text(shrinker.simulation.reduction.without) == "1-4,6-10,12-24")
  }

  @Test("ranges read as they are written", arguments: ["3,7-19", "1", "", "2-2"])
  func ranges(text: String) throws {
    let ranges = try #require(Reduction.ranges(text))
    #expect(Reduction.ranges(Reduction.text(ranges)) == ranges)
  }

  @Test("what is no range is refused", arguments: ["a", "7-3", "1-2-3", "-", "1,,x"])
  func noRanges(text: String) { #expect(Reduction.ranges(text) == nil) }

  @Test("a reduction's own line names all that it leaves out")
  func replay() {
    var simulation = Simulation(seed: 7, nodes: 3, profile: .disks)
    simulation.reduction.omit([3, 7, 8, 9])
    simulation.reduction.until = .milliseconds(4200)
    simulation.reduction.clients = 2
    simulation.reduction.operations = 9
    simulation.reduction.tame = [.losses, .drift]
    #expect(
      simulation.replay == "faultlab replay 7 --nodes 3 --profile disks --without 3,7-9 "
        + "--until 4200ms --clients 2 --operations 9 --tame losses,drift")
  }

  @Test("a promise is named without what is particular to one run")
  func promises() {
    #expect(Violation("register: no order explains 3").promise == "register")
    #expect(Violation("n12 leads T3 and hears nobody").promise == "n… leads T… and hears nobody")
  }
}
