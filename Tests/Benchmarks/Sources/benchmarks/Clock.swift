import Glibc

/// Seconds of a clock.
enum Clock {
  /// Of this process's CPU time: what other processes take does not count.
  static func processor() -> Double { read(CLOCK_PROCESS_CPUTIME_ID) }

  /// Of the world, for what waits for a disk.
  static func wall() -> Double { read(CLOCK_MONOTONIC) }

  private static func read(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
