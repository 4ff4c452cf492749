package import Determinism
import Glibc

/// The clock of leases and deadlines.
package enum BootClock {
  /// CLOCK_BOOTTIME: never jumps, and counts while the machine is suspended, as a lease must
  /// (clock_gettime(2)).
  package static func now() -> Instant { Instant(nanoseconds: read(CLOCK_BOOTTIME)) }

  static func read(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    let code = clock_gettime(clock, &time)
    precondition(code == 0, "clock \(clock) cannot be read: errno \(errno)")
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
