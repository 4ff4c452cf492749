package import Determinism

/// Pauses between attempts: doubling, each drawn from the upper half of its range, so that nodes
/// that lost the same peer do not come back in step.
package struct BackOff: Sendable {
  private let least: TimeSpan
  private let most: TimeSpan
  private var current: TimeSpan

  package init(from least: TimeSpan, to most: TimeSpan) {
    self.least = least
    self.most = most
    current = least
  }

  /// The next pause; between half of the range and the whole.
  package mutating func next(_ dice: inout Dice) -> TimeSpan {
    let pause = dice.span(from: current / 2, to: current)
    current = min(most, current * 2)
    return pause
  }

  /// After success: the next pause is short again.
  package mutating func reset() { current = least }

  /// After a refusal, which only an operator can change: the next pause is the longest.
  package mutating func slowDown() { current = most }
}
