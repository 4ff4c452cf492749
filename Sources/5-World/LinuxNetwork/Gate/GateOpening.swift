import Determinism
import Glibc

/// How long one renewal opens the gate, in the kernel's two measures.
struct GateOpening: Equatable {
  /// Both clocks, as they were at one moment or, after a freeze in between, the wall's the earlier:
  /// so that the deadline computed from them can only be too early.
  struct Reading {
    let wall: UInt64
    let boot: Instant

    static func now() -> Reading {
      let wall = BootClock.read(CLOCK_REALTIME)
      return Reading(wall: wall, boot: BootClock.now())
    }
  }

  /// Milliseconds from when the kernel reads the message.
  let timeout: UInt64
  /// Nanoseconds of CLOCK_REALTIME.
  let wallDeadline: UInt64
}

extension GateOpening {
  /// Nil when less than a millisecond is left of the time until `deadline` without the slop.
  init?(until deadline: Instant, at reading: Reading, slop: TimeSpan) {
    let left = deadline.since(reading.boot).since(slop)
    let timeout = min(left.milliseconds, Limits.longestOpening.milliseconds)
    guard timeout > 0 else { return nil }
    self.timeout = timeout
    wallDeadline = reading.wall + timeout * 1_000_000
  }
}

extension TimeSpan {
  /// What is left after `other`; zero when nothing is.
  fileprivate func since(_ other: TimeSpan) -> TimeSpan {
    TimeSpan(nanoseconds: self > other ? nanoseconds - other.nanoseconds : 0)
  }
}
