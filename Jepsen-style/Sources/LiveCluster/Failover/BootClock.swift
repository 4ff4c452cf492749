internal import Glibc

/// One clock for all processes of a measurement on this machine.
package enum BootClock {
  /// Nanoseconds of CLOCK_BOOTTIME, which all network namespaces share.
  package static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
