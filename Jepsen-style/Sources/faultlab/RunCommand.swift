public import ArgumentParser
public import Faults
import SimulatedWorld

/// What a run of many seeds and a replay of one have in common.
struct WorldOptions: ParsableArguments {
  @Option(help: "Voters; without it 3, 5 or 7, as each seed has it.")
  var nodes: Int?

  @Option(help: "Families of faults: \(Profile.allCases.map(\.rawValue).joined(separator: ", ")).")
  var profile: Profile = .swarm

  func validate() throws {
    guard let nodes else { return }
    guard (1...7).contains(nodes) else { throw ValidationError("--nodes takes 1 to 7") }
  }

  func simulation(_ seed: UInt64) -> Simulation {
    Simulation(seed: seed, nodes: nodes, profile: profile)
  }
}

extension Profile: ExpressibleByArgument {}

/// `faultlab run`: many seeds, one after the other.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs seeds and stops with 1 when one breaks a promise.")

  @Option(help: "How many.")
  var seeds: UInt64 = 100

  @Option(help: "The first one.")
  var from: UInt64 = 1

  @Flag(help: "Go on after a seed that failed.")
  var keepGoing = false

  @OptionGroup var world: WorldOptions

  func run() throws {
    let clock = ContinuousClock()
    let begun = clock.now
    var total = Tally()
    var failed = 0
    for seed in from..<from + seeds {
      let simulation = world.simulation(seed)
      LastWords.set("\(simulation.replay)\n")
      let report = simulation.run()
      total += report.tally
      guard let violation = report.violation else { continue }
      failed += 1
      print("\(simulation.replay)    # \(violation.description.split(separator: "\n").first ?? "")")
      if !keepGoing { break }
    }
    let spent =
      Double(begun.duration(to: clock.now).components.attoseconds) / 1e18
      + Double(begun.duration(to: clock.now).components.seconds)
    print(Self.summary(total, failed: failed, spent))
    if failed > 0 { throw ExitCode(1) }
  }

  private static func summary(_ total: Tally, failed: Int, _ seconds: Double) -> String {
    let simulated = Double(total.simulated) / 1e9
    return """
      \(failed) failed; \(Int(simulated)) s simulated in \(Int(seconds)) s: \
      \(Int(simulated / seconds)) times real time
      \(total.events) events, \(total.turns) turns, \(total.frames) frames, \
      \(total.faults) faults, \(total.crashes) crashes, \(total.elections) elections
      \(total.snapshots) snapshots, \(total.installs) installed, \(total.fullDisks) full disks, \
      \(total.addressMoves) moves of the address
      \(total.reinforced) quorums reinforced, \(total.blocked) runs blocked by torn records
      \(total.operations) operations: \(total.answered) answered, \(total.unknown) unknown
      """
  }
}
