import Faults
import Testing

@testable import SimulatedWorld

@Suite("Two holders of the address")
struct TwoHoldersTests {
  private func simulation(_ seed: UInt64) -> Simulation {
    var simulation = Simulation(seed: seed, nodes: 3, profile: .machines)
    simulation.gatesStayOpen = true
    return simulation
  }

  @Test("pitfall 61: gates that never shut are noticed")
  func noticed() throws {
    let violations = (1...12 as ClosedRange<UInt64>).compactMap { simulation($0).run().violation }
    // Of two holders, or of one that does not know that another has it.
    #expect(violations.allSatisfy { $0.description.contains("the address") })
    #expect(violations.count >= 4, "\(violations)")
  }

  @Test("the address is routing, never authority: histories through both stay linearizable")
  func linearizable() throws {
    var rivals = 0
    for seed in 1...12 as ClosedRange<UInt64> {
      var simulation = simulation(seed)
      simulation.toleratesHolders = true
      let report = simulation.run()
      #expect(report.violation == nil, "\(simulation.replay)")
      rivals += report.tally.rivalHolders
    }
    #expect(rivals > 100, "a run without two holders shows nothing")
  }
}
