public import ArgumentParser
public import Faults
import Glibc
import SimulatedWorld

/// What a run of many seeds and a replay of one have in common.
struct WorldOptions: ParsableArguments {
  @Option(help: "Voters, as 3 or 3,5,7 or 1-7; without it 3, 5 or 7, as each seed has it.")
  var nodes: NodeCounts?

  @Option(help: "Families of faults: \(Profile.allCases.map(\.rawValue).joined(separator: ", ")).")
  var profile: Profile = .swarm

  /// The world of one seed; where several counts of nodes were given, its own of them.
  func simulation(_ seed: UInt64) -> Simulation {
    let counts = nodes?.counts ?? []
    let count = counts.isEmpty ? nil : counts[Int(seed % UInt64(counts.count))]
    return Simulation(seed: seed, nodes: count, profile: profile)
  }
}

/// Numbers of voters: single ones and ranges, separated by commas.
struct NodeCounts: ExpressibleByArgument {
  let counts: [Int]

  init?(argument: String) {
    var counts: [Int] = []
    for part in argument.split(separator: ",") {
      let bounds = part.split(separator: "-").map { Int($0) ?? 0 }
      guard let first = bounds.first, let last = bounds.last, bounds.count <= 2, first >= 1,
        last <= 7, first <= last
      else { return nil }
      counts += first...last
    }
    guard !counts.isEmpty else { return nil }
    self.counts = counts
  }
}

extension Profile: ExpressibleByArgument {}

/// `faultlab run`: many seeds.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs seeds; exit status 1 when one of them breaks a promise.",
    discussion: """
      A seed that fails is printed as the line that runs it again. The summary counts every class \
      of faults that was injected: what was not injected was not tested.
      """)

  @Option(help: "How many.")
  var seeds: UInt64 = 100

  @Option(help: "The first one.")
  var from: UInt64?

  @Flag(help: "Begin with a seed that nobody chose, and print it.")
  var fresh = false

  @Option(help: "A file of seeds that once found a bug: \"seed nodes profile\" a line.")
  var regression: String?

  @Option(help: "How many run side by side.")
  var jobs = 1

  @Flag(help: "Go on after a seed that failed.")
  var keepGoing = false

  @Flag(help: "Print a hash over the final hashes of all seeds: equal in every build.")
  var hash = false

  @OptionGroup var world: WorldOptions

  private static let many = 500

  func validate() throws {
    guard !(fresh && from != nil) else { throw ValidationError("--fresh chooses --from itself") }
    guard (1...64).contains(jobs) else { throw ValidationError("--jobs takes 1 to 64") }
  }

  func run() throws {
    let first = fresh ? UInt64.random(in: 0 ... .max) : from ?? 1
    if fresh { print("fresh seeds: --seeds \(seeds) --from \(first)") }
    var worlds = try regression.map { try RegressionSeeds.read($0) } ?? []
    if regression == nil || from != nil || fresh {
      worlds += (0..<seeds).map { world.simulation(first &+ $0) }
    }
    let progress = ProgressLine(total: worlds.count)
    let run = SeedRun(worlds, jobs: jobs, keepGoing: keepGoing) { done, report in
      progress.show(done)
      guard let violation = report.violation else { return }
      progress.clear()
      let reason = violation.description.split(separator: "\n").first ?? ""
      print("\(report.replay)    # \(reason)")
      // A run that traps later must not take this line with it.
      fflush(nil)
    }
    progress.clear()
    print(run.summary)
    if hash { print("hash \(String(run.hash, radix: 16))") }
    if run.failed > 0 { throw ExitCode(1) }
    // With so many seeds of everything, a class that is missing is a hole in the harness.
    if world.profile == .swarm, worlds.count >= Self.many, !run.missing.isEmpty {
      throw ExitCode(1)
    }
  }
}
