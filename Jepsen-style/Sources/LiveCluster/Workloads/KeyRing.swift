internal import Synchronization

/// The keys of a workload: a few at a time, so that clients meet, and new ones after some
/// operations, so that no key's history grows beyond what a checker can hold.
final class KeyRing: Sendable {
  private let prefix: String
  private let width: Int
  private let lifetime: Int
  private let operations = Atomic<Int>(0)
  private let values = Atomic<Int64>(0)

  init(_ prefix: String, width: Int, lifetime: Int) {
    self.prefix = prefix
    self.width = width
    self.lifetime = lifetime
  }

  /// The keys of this operation's time, all of them.
  func keys() -> [String] {
    group(operations.add(1, ordering: .relaxed).oldValue / lifetime)
  }

  /// A number that was never given before.
  func nextValue() -> Int64 { values.add(1, ordering: .relaxed).newValue }

  /// Every group so far.
  var groups: [[String]] {
    (0...operations.load(ordering: .relaxed) / lifetime).map(group)
  }

  private func group(_ number: Int) -> [String] {
    (0..<width).map { "\(prefix)/\(number)/\($0)" }
  }
}
