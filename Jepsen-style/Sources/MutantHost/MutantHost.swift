import Faults
import Glibc
import SimulatedWorld

/// Runs seeds until one breaks a promise, one line before each and one for the verdict: the program
/// that `faultlab mutants` builds of the mutated copy. It must not depend on anything from outside.
///
/// Arguments: how many seeds, the first of them, and a profile and a number of nodes to prefer
/// ("any", 0). With `0` seeds the first one is told, event by event, in exactly that world.
@main
struct MutantHost {
  static func main() {
    let words = CommandLine.arguments
    guard words.count == 5, let count = UInt64(words[1]), let first = UInt64(words[2]),
      let nodes = Int(words[4])
    else {
      say("usage: MutantHost COUNT FIRST PROFILE NODES")
      exit(2)
    }
    // A mutant that eats all memory dies of it alone.
    var limit = rlimit(rlim_cur: 2 << 30, rlim_max: 2 << 30)
    setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    if count == 0 {
      tell(
        Simulation(
          seed: first, nodes: nodes == 0 ? nil : nodes,
          profile: Profile(rawValue: words[3]) ?? .swarm))
    }
    let plan = TrialPlan(profile: Profile(rawValue: words[3]), nodes: nodes == 0 ? nil : nodes)
    for seed in first..<first + count {
      let simulation = plan.simulation(seed)
      say("tries \(simulation.replay)")
      if let violation = simulation.run().violation {
        say("broken \(violation.promise)")
        exit(1)
      }
    }
    say("clean")
  }

  private static func tell(_ simulation: Simulation) -> Never {
    let report = simulation.run { say($0) }
    exit(report.violation == nil ? 0 : 1)
  }

  // Not through print: a run that traps must have said what it tried.
  private static func say(_ line: String) {
    var line = line + "\n"
    line.withUTF8 { _ = write(STDOUT_FILENO, $0.baseAddress, $0.count) }
  }
}
