internal import Determinism

/// How long to wait before the next attempt: doubling, capped, jittered over its upper half so that
/// clients who failed together do not come back together.
public struct Backoff: Hashable, Sendable {
  public var first: Duration
  public var most: Duration

  /// The defaults reach the cap in five attempts, so that an election of half a second is met by a
  /// handful of attempts and noticed within a quarter of a second of its end.
  public init(first: Duration = .milliseconds(10), most: Duration = .milliseconds(250)) {
    self.first = first
    self.most = most
  }

  /// The wait before attempt `attempt` (the first retry is 1), at least `floor` (a server's
  /// `Retry-After`).
  func wait(before attempt: Int, floor: Duration?, _ dice: inout Dice) -> Duration {
    let doublings = min(max(attempt - 1, 0), 20)
    let full = min(first * (1 << doublings), most)
    let nanoseconds = UInt64(clamping: full.nanoseconds)
    let half = nanoseconds / 2
    let jittered = half + dice.below(nanoseconds - half + 1)
    return max(.nanoseconds(Int64(clamping: jittered)), floor ?? .zero)
  }
}

extension Duration {
  /// Whole nanoseconds.
  var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (scaled, over) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return over ? .max : scaled &+ attoseconds / 1_000_000_000
  }
}
