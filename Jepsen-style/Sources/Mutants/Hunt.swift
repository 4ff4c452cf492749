/// Seeds that are run with one mutant active, in a process of its own.
public struct Hunt: Sendable {
  /// How it ended.
  public enum Ending: Hashable, Sendable {
    /// A checker saw it: what it said.
    case broken(String)
    /// The product's own precondition stopped the process.
    case trapped(signal: Int32)
    /// A run did not end.
    case hung
    /// Every seed was clean.
    case survived

    public var isKill: Bool { self != .survived }
  }

  public let name: String
  public let ending: Ending
  /// Seeds that were run, the last one included.
  public let seeds: Int
  /// The line that replays the last one.
  public let replay: String
}
