/// What a check may spend before it says `undecided`. One budget serves all objects of a history.
public struct LinearizabilityBudget: Hashable, Sendable {
  /// Calls tried against a state, and configurations compared.
  public var steps: Int
  /// Configurations held at once, some 100 bytes each.
  public var configurations: Int

  public init(steps: Int, configurations: Int) {
    precondition(steps > 0 && configurations > 0, "a budget of nothing decides nothing")
    self.steps = steps
    self.configurations = configurations
  }

  /// A minute at most, and some hundreds of megabytes.
  public static let standard = LinearizabilityBudget(
    steps: 2_000_000_000, configurations: 1_000_000)
}
