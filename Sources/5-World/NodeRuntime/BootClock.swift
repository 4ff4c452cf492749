internal import Determinism
import Glibc
internal import RaftTypes

/// The machine's clocks, read nowhere else.
enum BootClock {
  /// CLOCK_BOOTTIME: never jumps, and counts while the machine is suspended, as a lease must
  /// (clock_gettime(2)).
  static func now() -> Instant { Instant(nanoseconds: read(CLOCK_BOOTTIME)) }

  /// The wall clock, for the log time of entries. May jump; the log's time does not.
  static func logTime() -> LogTime { LogTime(milliseconds: read(CLOCK_REALTIME) / 1_000_000) }

  private static func read(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    let result = clock_gettime(clock, &time)
    precondition(result == 0, "clock_gettime(\(clock)) failed: errno \(errno)")
    return UInt64(max(0, time.tv_sec)) * 1_000_000_000 + UInt64(max(0, time.tv_nsec))
  }
}
