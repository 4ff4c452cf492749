import SmallWorlds
import Testing

@Suite("Every network of five nodes in which a majority is connected")
struct GraphTests {
  private static let openings = GraphTrial.Opening.all(5)

  private static func demandSettled(_ survey: GraphSurvey) {
    for failure in survey.failures.prefix(3) {
      Issue.record("\(failure.trial.opening): \(failure.broken)")
    }
    #expect(survey.failures.isEmpty)
    #expect(survey.slowest <= Double(GraphTrial.patience))
  }

  @Test("998 of the 1,024 graphs on five nodes have one")
  func count() {
    #expect(GraphSurvey.connectedMajorities(5).count == 998)
    #expect(!Links(graph: 0b1, of: 5).hasConnectedMajority)
    #expect(Links(graph: 0b11, of: 5).hasConnectedMajority)
  }

  @Test("pitfall 42: on each of them one leader comes to lead, commits every write, and stays")
  func everyGraph() {
    var survey = GraphSurvey()
    for (number, links) in GraphSurvey.connectedMajorities(5).enumerated() {
      survey.add(GraphTrial(links, Self.openings[number % Self.openings.count]))
    }
    Self.demandSettled(survey)
    // Where nobody can win, the log that is longer than all others lies out of reach of a majority.
    for (_, opening) in survey.blocked {
      guard case .tail = opening else {
        Issue.record("blocked without a tail: \(opening)")
        continue
      }
    }
    #expect(survey.settled > 940 && survey.settled + survey.blocked.count == 998)
  }

  @Test(
    "pitfall 42: bridge and ring settle from wherever they begin",
    arguments: ["bridge", "ring", "chain", "star"])
  func named(shape: String) {
    var links = Links(none: 5)
    switch shape {
    case "bridge":  // 2 sees both halves, {0, 1} and {3, 4}; nobody else does
      for (a, b) in [(0, 1), (3, 4), (2, 0), (2, 1), (2, 3), (2, 4)] { links.connect(a, b) }
    case "ring": for node in 0..<5 { links.connect(node, (node + 1) % 5) }
    case "chain": for node in 0..<4 { links.connect(node, node + 1) }
    default: for node in 1..<5 { links.connect(0, node) }
    }
    var survey = GraphSurvey()
    for opening in Self.openings { survey.add(GraphTrial(links, opening)) }
    Self.demandSettled(survey)
    #expect(survey.trials == Self.openings.count)
  }

  @Test("pitfall 46: with one direction of any pair dead, one leader leads on", arguments: [3, 5])
  func oneWay(nodes: Int) {
    var survey = GraphSurvey()
    for (number, links) in GraphSurvey.oneWayCuts(nodes).enumerated() {
      let openings = GraphTrial.Opening.all(nodes)
      if nodes == 3 {
        for opening in openings { survey.add(GraphTrial(links, opening)) }
      } else {
        survey.add(GraphTrial(links, openings[number % openings.count]))
      }
    }
    Self.demandSettled(survey)
    #expect(survey.blocked.isEmpty)
  }

  @Test("pitfall 46: three nodes with any links at all: a leader that stays, or nobody can win")
  func everyDirectedGraph() {
    var survey = GraphSurvey()
    for number in 0..<64 {
      var links = Links(none: 3)
      let pairs = [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]
      for (bit, pair) in pairs.enumerated() where number >> bit & 1 == 1 {
        links[pair.0, pair.1] = true
      }
      survey.add(GraphTrial(links, .idle(leader: number % 3)))
    }
    Self.demandSettled(survey)
    // Without a two-way link between any two nobody can lead.
    #expect(survey.blocked.count == 27)
  }

  @Test("who is cut off with the longest log keeps the others from leading only within its reach")
  func constrainedElection() {
    // Exactly three are connected, so the middle one needs both; one has a write nobody else has.
    var links = Links(none: 5)
    links.connect(0, 1)
    links.connect(1, 2)
    #expect(GraphTrial(links, .tail(leader: 0)).run() == .blocked)
    guard case .settled = GraphTrial(links, .tail(leader: 1)).run(),
      case .settled = GraphTrial(links, .tail(leader: 4)).run()
    else {
      Issue.record("a middle node with the longest log, or a log out of reach, is no obstacle")
      return
    }
  }
}
