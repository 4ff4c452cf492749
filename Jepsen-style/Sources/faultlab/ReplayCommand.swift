import ArgumentParser
import Foundation
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

  @Flag(help: .hidden)
  var tally = false

  @OptionGroup var world: WorldOptions
  @OptionGroup var less: ReductionOptions

  func run() throws {
    var simulation = world.simulation(seed)
    simulation.reduction = less.reduction
    if tally { return try say(simulation.run()) }
    let report = quiet ? simulation.run() : simulation.run { Self.tell($0) }
    let hash = String(report.hash, radix: 16)
    print("\(simulation.replay): hash \(hash), \(report.tally.events) events")
    if let violation = report.violation {
      print(violation.description)
      throw ExitCode(1)
    }
  }

  // For `faultlab shrink`, which reads it.
  private func say(_ report: Simulation.Report) throws {
    let verdict = Verdict(promise: report.violation?.promise, tally: report.tally)
    print(String(decoding: try JSONEncoder().encode(verdict), as: UTF8.self))
  }

  // Not through print: a run that traps must show its last event.
  private static func tell(_ line: String) {
    var line = line + "\n"
    line.withUTF8 { _ = write(STDOUT_FILENO, $0.baseAddress, $0.count) }
  }
}
