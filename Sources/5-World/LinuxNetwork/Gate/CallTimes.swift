import Determinism

/// How long the recent calls of the kernel took: what a renewal must allow for.
struct CallTimes {
  private var recent: [TimeSpan] = []
  private var next = 0
  /// What all but one of the last thousand calls kept to, their 99.9th percentile; of fewer calls
  /// the slowest, zero before the first. Never above `Limits.mostCallAllowance`.
  private(set) var allowance = TimeSpan.zero

  mutating func record(_ span: TimeSpan) {
    if recent.count < Limits.callsRemembered {
      recent.append(span)
    } else {
      recent[next] = span
      next = (next + 1) % recent.count
    }
    var slowest = TimeSpan.zero
    var second = TimeSpan.zero
    for span in recent {
      if span > slowest { (slowest, second) = (span, slowest) } else { second = max(second, span) }
    }
    let percentile = recent.count < Limits.callsRemembered ? slowest : second
    allowance = min(percentile, Limits.mostCallAllowance)
  }
}
