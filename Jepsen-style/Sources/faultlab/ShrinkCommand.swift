import ArgumentParser
import Foundation
import SimulatedWorld

/// `faultlab shrink`: a smaller run that fails like this one.
struct ShrinkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shrink",
    abstract: "Finds a smaller run that breaks the same promise, and prints its replay.",
    discussion: "Exit status: 0 when the seed fails and was shrunk, 1 when it does not fail.")

  @Argument(help: "The seed.")
  var seed: UInt64

  @Option(help: "How many runs to try.")
  var limit = 400

  @OptionGroup var world: WorldOptions
  @OptionGroup var less: ReductionOptions

  func run() throws {
    var simulation = world.simulation(seed)
    simulation.reduction = less.reduction
    guard var shrinker = Shrinker(simulation, limit: limit, run: Self.apart) else {
      print("\(simulation.replay): no promise is broken")
      throw ExitCode(1)
    }
    let before = shrinker.outcome
    shrinker.shrink()
    let after = shrinker.outcome
    print(before.promise ?? "")
    print("nodes       \(simulation.nodes) → \(shrinker.simulation.nodes)")
    print("faults      \(before.tally.faultsInjected) → \(after.tally.faultsInjected)")
    print("operations  \(before.tally.operations) → \(after.tally.operations)")
    print("events      \(before.tally.events) → \(after.tally.events)")
    print("seconds     \(Self.seconds(before)) → \(Self.seconds(after))")
    print("in \(shrinker.attempts) runs:")
    print(shrinker.simulation.replay)
  }

  private static func seconds(_ outcome: Shrinker.Outcome) -> String {
    String(format: "%.1f", Double(outcome.tally.simulated) / 1e9)
  }

  /// Runs it in a process of its own: what the product traps on must not end the search.
  private static func apart(_ simulation: Simulation) -> Shrinker.Outcome {
    let pipe = Pipe()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments =
      simulation.replay.split(separator: " ").dropFirst().map(String.init)
      + ["--tally"]
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else {
      return Shrinker.Outcome(promise: nil, tally: Tally())
    }
    try? pipe.fileHandleForWriting.close()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard let told = try? JSONDecoder().decode(Verdict.self, from: output) else {
      return Shrinker.Outcome(promise: "the product's own check", tally: Tally())
    }
    return Shrinker.Outcome(promise: told.promise, tally: told.tally)
  }
}

/// What one process says to another about a run.
struct Verdict: Codable {
  let promise: String?
  let tally: Tally
}
