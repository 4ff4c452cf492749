internal import Glibc

/// The one clock of a run: nanoseconds of CLOCK_MONOTONIC since the run began.
package struct Stopwatch: Sendable {
  private let begin: UInt64

  package init() { begin = Self.reading() }

  /// Nanoseconds since the beginning.
  package var now: UInt64 { Self.reading() - begin }

  private static func reading() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
