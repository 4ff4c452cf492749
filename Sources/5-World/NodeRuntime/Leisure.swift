internal import Determinism
import Glibc

/// How work beside the log gives way to it: it rests after each step, unless the log outruns it.
/// Loops and logs of all nodes on a machine share its processors and its disk with such work.
struct Leisure {
  /// Bytes a second, at most. A disk of the slowest kind that a log is put on writes twice as fast.
  private static var bytesPerSecond: UInt64 { 96 << 20 }
  /// Rests so many times as long as a step took: a disk or a processor that others need is left to
  /// them for three quarters of the time.
  private static var restFactor: UInt64 { 3 }
  /// Bounds that rest, in times of what the pace allows a step: where others keep this thread from
  /// its work, resting longer for it would only make the work late.
  private static var longestRest: UInt64 { 4 }
  /// Bytes of work for each byte that the log grows by meanwhile, at least. A snapshot of which the
  /// log has as much in the end stands then for three quarters of the way to the next mark; a spare
  /// segment is ready when a quarter of the one before it is full.
  private static var outrun: UInt64 { 4 }

  private let before: UInt64
  private var done: UInt64 = 0

  /// - Parameter logBytes: by how much the log has grown until now, from whenever on.
  init(logBytes: UInt64) { before = logBytes }

  /// How long to rest after a step of `bytes` that took `work`.
  mutating func rest(after bytes: Int, _ work: TimeSpan, logBytes: UInt64) -> TimeSpan {
    done += UInt64(bytes)
    guard done >= (logBytes - before) * Self.outrun else { return .zero }
    let pace = UInt64(bytes) * 1_000_000_000 / Self.bytesPerSecond
    let rest = min(work.nanoseconds * Self.restFactor, pace * Self.longestRest)
    return .nanoseconds(max(pace, rest))
  }
}

extension Leisure {
  /// Rests on the calling thread after each step, by its clock; a step begins when the one before
  /// has rested.
  static func pacing(_ growth: LogGrowth) -> (Int) -> Void {
    var leisure = Leisure(logBytes: growth.bytes)
    var begun = BootClock.now()
    return { bytes in
      let rest = leisure.rest(
        after: bytes, BootClock.now().since(begun), logBytes: growth.bytes)
      if rest > .zero { usleep(UInt32(clamping: rest.nanoseconds / 1000)) }
      begun = BootClock.now()
    }
  }
}
