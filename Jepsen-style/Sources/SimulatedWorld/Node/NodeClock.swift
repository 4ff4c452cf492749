internal import Determinism
internal import RaftTypes

/// The two clocks of one machine.
///
/// The boot clock never falls and runs at most `drift` fast or slow. The wall clock may jump:
/// entries carry it, nothing decides by it.
struct NodeClock {
  /// Parts per million by which the boot clock is fast; negative: slow.
  let drift: Int64
  /// What the boot clock showed when the world began.
  let origin: UInt64
  /// The wall clock minus the world's time, in milliseconds.
  var wallOffset: Int64

  private static let million: Int64 = 1_000_000

  /// The boot clock at a time of the world.
  func local(_ now: Instant) -> Instant {
    let elapsed = Int64(clamping: now.nanoseconds)
    return Instant(nanoseconds: origin + UInt64(elapsed + elapsed * drift / Self.million))
  }

  /// The first time of the world at which the boot clock shows at least `instant`.
  func world(_ instant: Instant) -> Instant {
    guard instant.nanoseconds > origin else { return Instant(nanoseconds: 0) }
    guard instant < .distantFuture else { return .distantFuture }
    let wanted = Int64(clamping: instant.nanoseconds - origin)
    let estimate = UInt64(wanted * Self.million / (Self.million + drift))
    // Both divisions round, by a nanosecond each.
    var guess = Instant(nanoseconds: max(estimate, 2) - 2)
    while local(guess) < instant { guess = guess + .nanoseconds(1) }
    return guess
  }

  func wall(_ now: Instant) -> LogTime {
    let time = Int64(now.nanoseconds / 1_000_000) + wallOffset
    return LogTime(milliseconds: UInt64(max(0, time)))
  }
}
