import Determinism
import Glibc

/// Blocking waits of a thread that must not go on.
enum Pause {
  /// Returns after `span`, or earlier when a signal comes.
  static func sleep(_ span: TimeSpan) {
    var time = timespec(
      tv_sec: Int(clamping: span.nanoseconds / 1_000_000_000),
      tv_nsec: Int(span.nanoseconds % 1_000_000_000))
    nanosleep(&time, nil)
  }
}
