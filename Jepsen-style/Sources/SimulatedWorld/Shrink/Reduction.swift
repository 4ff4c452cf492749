public import Determinism
internal import Faults

/// What is left out of a seed's world, to see whether it still fails: a run with a reduction is a
/// run like any other, and one line replays it.
public struct Reduction: Hashable, Sendable {
  /// What a network or a clock does for all of a run.
  public enum Trait: String, CaseIterable, Sendable {
    case delays, losses, copies, reordering, drift
  }

  /// Faults that are drawn and not injected, by their number in the run, from 1 on; ascending.
  public var without: [ClosedRange<Int>] = []
  /// Faults and clients end here, and the liveness phase begins.
  public var until: TimeSpan?
  /// At most so many clients, and operations of all of them together.
  public var clients: Int?
  public var operations: Int?
  /// What the network and the clocks do not do.
  public var tame: [Trait] = []

  public init() {}

  /// Without these faults, and no others.
  public mutating func omit(_ numbers: [Int]) {
    without = []
    for number in numbers.sorted() {
      if let last = without.last, last.upperBound + 1 == number {
        without[without.count - 1] = last.lowerBound...number
      } else {
        without.append(number...number)
      }
    }
  }

  func omits(_ number: Int) -> Bool { without.contains { $0.contains(number) } }

  /// The options of `faultlab replay`; empty when nothing is left out.
  public var arguments: [String] {
    var words: [String] = []
    if !without.isEmpty { words += ["--without", Self.text(without)] }
    if let until { words += ["--until", "\(until.milliseconds)ms"] }
    if let clients { words += ["--clients", "\(clients)"] }
    if let operations { words += ["--operations", "\(operations)"] }
    if !tame.isEmpty { words += ["--tame", tame.map(\.rawValue).joined(separator: ",")] }
    return words
  }

  /// Numbers and runs of numbers, as in `3,7-19`.
  static func text(_ ranges: [ClosedRange<Int>]) -> String {
    ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ",")
  }

  /// The same from its text; nil when it is none.
  public static func ranges(_ text: String) -> [ClosedRange<Int>]? {
    var ranges: [ClosedRange<Int>] = []
    for part in text.split(separator: ",") {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2,
        first <= last
      else { return nil }
      ranges.append(first...last)
    }
    return ranges
  }

  func apply(to swarm: inout Swarm) {
    if let until { swarm.safety = min(swarm.safety, until) }
    if let clients { swarm.clients = min(swarm.clients, clients) }
    for trait in tame {
      switch trait {
      case .delays:
        swarm.delayLeast = .microseconds(100)
        swarm.delayMean = .microseconds(200)
      case .losses: swarm.lossPerMille = 0
      case .copies: swarm.copyPerMille = 0
      case .reordering: swarm.reorders = false
      case .drift: swarm.driftMost = 0
      }
    }
  }
}
