public import ArgumentParser
import SmallWorlds

/// `faultlab explore`: small worlds, all of them.
struct ExploreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explore",
    abstract: "Goes through whole families of small worlds instead of drawing from them.",
    discussion: """
      --graphs: five nodes on every network with a connected majority, from every opening.
      --interleavings: every order of events of three nodes and two writes, to a depth.
      Without either, both.
      """)

  @Flag(help: "Networks of five nodes.")
  var graphs = false

  @Flag(help: "Interleavings of three nodes.")
  var interleavings = false

  @Option(help: "Actions in one interleaving.")
  var depth = 11

  @Option(help: "Distinct interleaved states at which a search ends, whatever its depth.")
  var states = 8_000_000

  @Option(help: "Where the search begins: born, led, contested; all three without it.")
  var opening: Opening?

  @Option(help: "A bug to put in, to see the search find it.")
  var plant: Plant?

  func validate() throws {
    guard depth > 0, states > 0 else { throw ValidationError("--depth and --states are positive") }
  }

  func run() throws {
    var isSound = true
    if interleavings || !graphs {
      for opening in opening.map({ [$0] }) ?? Opening.allCases {
        isSound = explore(opening) && isSound
      }
    }
    if graphs || !interleavings { isSound = survey() && isSound }
    if !isSound { throw ExitCode(1) }
  }

  private func explore(_ opening: Opening) -> Bool {
    var bounds = Bounds()
    bounds.depth = depth
    bounds.states = states
    var exploration = Exploration(opening, bounds, plant: plant)
    let report = exploration.run { so in
      print("\(opening) depth \(so.depth): \(so.layers.last ?? 0) new states")
    }
    print(
      "\(opening): \(report.states) states of the world, \(report.machines) of a node, "
        + "\(report.actions) actions, depth \(report.depth)"
        + (report.isExhausted ? ", nothing left" : ""))
    guard let broken = report.broken else { return true }
    for line in report.trace { print("  \(line)") }
    print("  \(broken)")
    return false
  }

  private func survey() -> Bool {
    var total = GraphSurvey()
    for links in GraphSurvey.connectedMajorities(5) {
      for opening in GraphTrial.Opening.all(5) { total.add(GraphTrial(links, opening)) }
    }
    for links in GraphSurvey.oneWayCuts(5) {
      for opening in GraphTrial.Opening.all(5) { total.add(GraphTrial(links, opening)) }
    }
    print(
      """
      graphs: \(total.trials) trials, \(total.settled) settled after at most \(total.slowest) \
      election timeouts, \(total.blocked.count) in which no node could win, \
      \(total.failures.count) failed
      """)
    for failure in total.failures { print("  \(failure.trial.opening): \(failure.broken)") }
    return total.failures.isEmpty
  }
}

extension Opening: ExpressibleByArgument {}
extension Plant: ExpressibleByArgument {}
