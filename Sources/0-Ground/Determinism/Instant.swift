/// A point on one node's monotonic clock, in nanoseconds since an origin that only that node knows.
///
/// Time is data: below the World floor nothing reads a clock, every input carries the instant at
/// which it happened. In production it is CLOCK_BOOTTIME, which goes on counting while the machine
/// is suspended (a lease must not survive a suspend, clock_gettime(2)); in simulation it is
/// virtual.
public struct Instant: Comparable, Hashable, Sendable {
  /// Nanoseconds since the clock's origin.
  public let nanoseconds: UInt64

  @inlinable public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  /// Later than every instant that can occur.
  public static let distantFuture = Instant(nanoseconds: .max)

  @inlinable public static func < (a: Instant, b: Instant) -> Bool {
    a.nanoseconds < b.nanoseconds
  }
  /// Saturates at `distantFuture`.
  @inlinable public static func + (a: Instant, span: TimeSpan) -> Instant {
    let (sum, over) = a.nanoseconds.addingReportingOverflow(span.nanoseconds)
    return over ? .distantFuture : Instant(nanoseconds: sum)
  }
  /// How long `self` lies after `earlier`; zero when it does not.
  @inlinable public func since(_ earlier: Instant) -> TimeSpan {
    TimeSpan(nanoseconds: self > earlier ? nanoseconds - earlier.nanoseconds : 0)
  }
}
