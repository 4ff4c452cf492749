/// A bug put in on purpose, as a file of `Jepsen-style/Mutants` describes it: a checker that has
/// not found it says nothing by finding nothing.
public struct Mutant: Hashable, Sendable {
  /// Lines that are replaced by others.
  public struct Hunk: Hashable, Sendable {
    /// The file they stand in, relative to the root.
    public let source: String
    /// Whole lines, as they stand in the source; they occur there once.
    public let original: String
    public let replacement: String
  }

  /// The file's name without its ending.
  public let name: String
  /// What the code does with it, in one sentence.
  public let sentence: String
  /// The numbers in the list of pitfalls of what it brings back.
  public let pitfalls: [Int]
  /// A profile in which it shows soonest; nil: any.
  public let profile: String?
  /// Voters with which it shows soonest; nil: any number.
  public let nodes: Int?
  public let hunks: [Hunk]
}
