internal import Determinism

/// How long the turns of a loop took, counted by their length: a turn that takes long makes every
/// client wait, whatever it did.
package struct TurnTimes: Sendable {
  /// Upper bounds of the classes, in milliseconds; the last class has none.
  package static let bounds: [UInt64] = [1, 2, 5, 10, 20, 50, 100, 200, 500]

  /// Turns of each class.
  package private(set) var counts = [UInt64](repeating: 0, count: bounds.count + 1)
  /// All of them together, in nanoseconds.
  package private(set) var sum: UInt64 = 0

  mutating func record(_ span: TimeSpan) {
    sum += span.nanoseconds
    let place = Self.bounds.firstIndex { span <= .milliseconds($0) } ?? Self.bounds.count
    counts[place] += 1
  }
}
