public import Histories

/// The checker of linearizability for any sequential model.
public enum Linearizability {
  /// One object: what it should do, and what its clients saw. Objects are independent of each
  /// other: a history is linearizable when each object's part of it is (Herlihy and Wing, 1990,
  /// theorem 1).
  public struct Object<Model: SequentialModel>: Sendable {
    /// How the history names it.
    public let key: HistoryValue?
    public let model: Model
    /// In the order of the invocations; each names its place in `History.operations`.
    public let calls: [TimedCall<Model.Call>]
    /// A state in a reader's words, for the witness.
    public let describe: @Sendable (Model.State) -> String

    public init(
      key: HistoryValue?, model: Model, calls: [TimedCall<Model.Call>],
      describe: @escaping @Sendable (Model.State) -> String
    ) {
      self.key = key
      self.model = model
      self.calls = calls
      self.describe = describe
    }
  }

  /// Checks one object after the other with one budget. One that cannot be explained outweighs
  /// others that were not decided.
  public static func check<Model: SequentialModel>(
    _ objects: [Object<Model>], of history: History, budget: LinearizabilityBudget = .standard
  ) -> LinearizabilityResult {
    var steps = budget.steps
    var undecided: String?
    for object in objects {
      switch search(object, budget, &steps) {
      case .linearizable: break
      case .blocked(let blockade):
        return .notLinearizable(witness(blockade, object, history.operations))
      case .tooNarrow:
        let reason = "more than \(budget.configurations) configurations at once"
        undecided = undecided ?? (object.key.map { "object \($0): \(reason)" } ?? reason)
      case .outOfSteps: return .undecided(reason: "\(budget.steps) steps were not enough")
      }
    }
    return undecided.map { .undecided(reason: $0) } ?? .linearizable
  }

  private static func search<Model: SequentialModel>(
    _ object: Object<Model>, _ budget: LinearizabilityBudget, _ steps: inout Int
  ) -> LinearizationSearch<Model>.Outcome {
    let widest = max(budget.configurations / (2 * LinearizationSearch<Model>.roomPerWidth), 1)
    var width = min(Self.firstWidth, widest)
    while true {
      var search = LinearizationSearch(object.model, object.calls, width: width, steps: steps)
      let outcome = search.run()
      steps = search.steps
      guard case .tooNarrow = outcome, width < widest else { return outcome }
      width = min(width * Self.widening, widest)
    }
  }

  // A history with an explanation has many, and one of them is almost always among the lightest
  // few.
  private static let firstWidth = 4
  private static let widening = 16

  private static func witness<Model: SequentialModel>(
    _ blockade: LinearizationSearch<Model>.Blockade, _ object: Object<Model>,
    _ operations: [HistoryOperation]
  ) -> LinearizabilityWitness {
    LinearizabilityWitness(
      key: object.key, explainedEvents: blockade.event,
      explainedOperations: blockade.orderLength, order: blockade.order.map { operations[$0] },
      blocked: operations[blockade.operation], open: blockade.open.map { operations[$0] },
      states: blockade.states.map(object.describe))
  }
}
