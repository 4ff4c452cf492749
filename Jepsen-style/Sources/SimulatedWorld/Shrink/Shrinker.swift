internal import Determinism

/// Looks for a smaller run that fails like a given one: fewer nodes, less time, fewer faults,
/// clients and operations, a tamer network.
///
/// Every candidate is a whole run. What counts as the same failure is the promise that was broken;
/// another bug on the way is not what was asked for.
public struct Shrinker {
  /// What one run showed.
  public struct Outcome: Sendable {
    /// The promise that was broken; nil: none.
    public let promise: String?
    public let tally: Tally

    public init(promise: String?, tally: Tally) {
      self.promise = promise
      self.tally = tally
    }
  }

  /// The smallest run so far, and what it showed.
  public private(set) var simulation: Simulation
  public private(set) var outcome: Outcome
  /// Runs that were tried.
  public private(set) var attempts = 0

  private let limit: Int
  private let run: (Simulation) -> Outcome
  private var omitted: [Int] = []

  /// - Parameters:
  ///   - limit: of runs that are tried.
  ///   - run: runs a simulation; in a process of its own where the product may trap.
  /// - Returns: nil when the run does not fail.
  public init?(
    _ simulation: Simulation, limit: Int = 400, run: @escaping (Simulation) -> Outcome
  ) {
    self.simulation = simulation
    self.limit = limit
    self.run = run
    outcome = run(simulation)
    if outcome.promise == nil { return nil }
  }

  /// Runs one that is in this process.
  public static func here(_ simulation: Simulation) -> Outcome {
    let report = simulation.run()
    return Outcome(promise: report.violation?.promise, tally: report.tally)
  }

  /// Tries everything until nothing gets smaller any more.
  public mutating func shrink() {
    takeNodes()
    var before: Simulation
    repeat {
      before = simulation
      takeTime()
      takeFaults()
      takeTraits()
      takeClients()
    } while simulation.reduction != before.reduction && attempts < limit
  }

  // A process that trapped left no figures.
  private var isBlind: Bool { outcome.tally.events == 0 }

  /// Keeps `candidate` when it fails in the same way.
  private mutating func accepts(_ candidate: Simulation) -> Bool {
    guard attempts < limit, candidate != simulation else { return false }
    attempts += 1
    let found = run(candidate)
    guard found.promise == outcome.promise else { return false }
    (simulation, outcome) = (candidate, found)
    return true
  }

  // Another number of nodes draws another world; the smallest that happens to fail too will do.
  private mutating func takeNodes() {
    for nodes in 1..<max(1, simulation.nodes) {
      var candidate = simulation
      candidate.nodes = nodes
      if accepts(candidate) { return }
    }
  }

  // What happens after the failure is not needed; what happens before it, perhaps.
  private mutating func takeTime() {
    var longest = simulation.reduction.until?.milliseconds ?? 60_000
    let ended = outcome.tally.simulated / 1_000_000 + 1
    if ended > 1, ended < longest, until(ended) { longest = ended }
    var least: UInt64 = 0
    while longest - least > max(50, longest / 10), attempts < limit {
      let middle = (least + longest) / 2
      if until(middle) { longest = middle } else { least = middle }
    }
  }

  private mutating func until(_ milliseconds: UInt64) -> Bool {
    var candidate = simulation
    candidate.reduction.until = .milliseconds(milliseconds)
    return accepts(candidate)
  }

  // Delta debugging (Zeller and Hildebrandt): leaves out runs of faults, ever shorter ones.
  private mutating func takeFaults() {
    let drawn = isBlind ? 512 : outcome.tally.faultsDrawn
    var kept = (0..<drawn).map { $0 + 1 }.filter { !omitted.contains($0) }
    var size = max(1, kept.count)
    while size >= 1, !kept.isEmpty, attempts < limit {
      var start = 0
      while start < kept.count, attempts < limit {
        let chunk = kept[start..<min(kept.count, start + size)]
        var candidate = simulation
        candidate.reduction.omit(omitted + chunk)
        if accepts(candidate) {
          omitted += chunk
          kept.removeSubrange(chunk.indices)
        } else {
          start += size
        }
      }
      size /= 2
    }
  }

  private mutating func takeTraits() {
    for trait in Reduction.Trait.allCases where !simulation.reduction.tame.contains(trait) {
      var candidate = simulation
      candidate.reduction.tame.append(trait)
      _ = accepts(candidate)
    }
  }

  private mutating func takeClients() {
    for count in [1, 2, 4, 8] where count < simulation.reduction.clients ?? .max {
      var candidate = simulation
      candidate.reduction.clients = count
      if accepts(candidate) { break }
    }
    var least = -1
    var most = isBlind ? 4096 : outcome.tally.operations
    while most - least > 1, attempts < limit {
      var candidate = simulation
      candidate.reduction.operations = (least + most) / 2
      if accepts(candidate) { most = (least + most) / 2 } else { least = (least + most) / 2 }
    }
  }
}
