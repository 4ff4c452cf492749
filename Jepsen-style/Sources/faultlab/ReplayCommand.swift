import ArgumentParser
import Glibc
import SimulatedWorld

/// `faultlab replay`: one seed, one line an event.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Runs one seed and prints what happens; Legend.md explains it.")

  @Argument(help: "The seed.")
  var seed: UInt64

  @Flag(help: "Only the verdict and the final hash.")
  var quiet = false

  @OptionGroup var world: WorldOptions

  func run() throws {
    let simulation = world.simulation(seed)
    let report = quiet ? simulation.run() : simulation.run { Self.tell($0) }
    let hash = String(report.hash, radix: 16)
    print("\(simulation.replay): hash \(hash), \(report.tally.events) events")
    if let violation = report.violation {
      print(violation.description)
      throw ExitCode(1)
    }
  }

  // Not through print: a run that traps must show its last event.
  private static func tell(_ line: String) {
    var line = line + "\n"
    line.withUTF8 { _ = write(STDOUT_FILENO, $0.baseAddress, $0.count) }
  }
}
