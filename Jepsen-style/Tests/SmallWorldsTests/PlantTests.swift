import SmallWorlds
import Testing

@Suite("A search bites: planted bugs are found by what comes of them")
struct PlantTests {
  /// The shortest way that is known to the consequences of each.
  struct Case: Sendable, CustomTestStringConvertible {
    let plant: Plant
    let opening: Opening
    let rule: String
    let actions: Int
    var testDescription: String { plant.rawValue }
  }

  static let cases = [
    Case(plant: .voteBeforeBallot, opening: .born, rule: "election safety", actions: 13),
    Case(
      plant: .acknowledgeBeforeSync, opening: .born, rule: "durable ≥ acknowledged", actions: 9),
    Case(plant: .lostBallot, opening: .contested, rule: "leader completeness", actions: 5),
    Case(plant: .emptyDisk, opening: .contested, rule: "durable ≥ acknowledged", actions: 4),
    Case(plant: .blindVote, opening: .contested, rule: "leader completeness", actions: 11),
  ]

  @Test("each classic bug breaks the promise it should", arguments: cases)
  func found(one: Case) {
    var bounds = Bounds()
    bounds.depth = one.actions
    bounds.copies = 0
    // What a plant does not need only costs time.
    switch one.plant {
    case .voteBeforeBallot, .acknowledgeBeforeSync, .lostBallot, .emptyDisk:
      (bounds.lingers, bounds.proposals) = (0, 0)
    case .blindVote: (bounds.proposals, bounds.restarts) = (0, 0)
    }
    var planted = Exploration(one.opening, bounds, plant: one.plant)
    let report = planted.run()
    #expect(report.broken?.description.hasPrefix(one.rule) == true, "\(report)")
    #expect(report.trace.count == one.actions)
  }

  @Test("every plant has its case")
  func complete() {
    #expect(Set(Self.cases.map(\.plant)) == Set(Plant.allCases))
  }
}
