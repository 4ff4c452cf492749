/// Many trials, added up.
public struct GraphSurvey: Sendable {
  public private(set) var settled = 0
  public private(set) var blocked: [(links: Links, opening: GraphTrial.Opening)] = []
  public private(set) var failures: [(trial: GraphTrial, broken: BrokenPromise)] = []
  /// The longest time to the last change of leader, in longest election timeouts.
  public private(set) var slowest = 0.0
  /// The most changes of leader in one trial, those before the cut included.
  public private(set) var mostElections = 0

  public init() {}

  public var trials: Int { settled + blocked.count + failures.count }

  public mutating func add(_ trial: GraphTrial) {
    switch trial.run() {
    case .settled(let timeouts, let elections):
      settled += 1
      slowest = max(slowest, timeouts)
      mostElections = max(mostElections, elections)
    case .blocked: blocked.append((trial.links, trial.opening))
    case .failed(let broken): failures.append((trial, broken))
    }
  }

  /// All undirected graphs on `count` nodes in which some component holds a majority (pitfall 42).
  public static func connectedMajorities(_ count: Int) -> [Links] {
    (0..<1 << (count * (count - 1) / 2)).map { Links(graph: $0, of: count) }
      .filter(\.hasConnectedMajority)
  }

  /// Whole networks of `count` nodes with one direction of one pair dead (pitfall 46).
  public static func oneWayCuts(_ count: Int) -> [Links] {
    (0..<count).flatMap { from in
      (0..<count).filter { $0 != from }.map { to in
        var links = Links(all: count)
        links[from, to] = false
        return links
      }
    }
  }
}
