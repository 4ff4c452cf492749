/// A length of time in nanoseconds, never negative.
///
/// The standard library's `Duration` counts attoseconds in 128 bits; the core adds and compares
/// times on every input, so it uses one machine word. 2^64 ns is 584 years.
public struct TimeSpan: Comparable, Hashable, Sendable {
  /// Nanoseconds.
  public let nanoseconds: UInt64

  @inlinable public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  public static let zero = TimeSpan(nanoseconds: 0)
  /// That many units; more than 584 years trap.
  @inlinable public static func nanoseconds(_ n: UInt64) -> TimeSpan { TimeSpan(nanoseconds: n) }
  @inlinable public static func microseconds(_ n: UInt64) -> TimeSpan {
    TimeSpan(nanoseconds: n * 1000)
  }
  @inlinable public static func milliseconds(_ n: UInt64) -> TimeSpan {
    TimeSpan(nanoseconds: n * 1_000_000)
  }
  @inlinable public static func seconds(_ n: UInt64) -> TimeSpan {
    TimeSpan(nanoseconds: n * 1_000_000_000)
  }

  /// Whole milliseconds, rounded down.
  @inlinable public var milliseconds: UInt64 { nanoseconds / 1_000_000 }

  @inlinable public static func < (a: TimeSpan, b: TimeSpan) -> Bool {
    a.nanoseconds < b.nanoseconds
  }
  @inlinable public static func + (a: TimeSpan, b: TimeSpan) -> TimeSpan {
    TimeSpan(nanoseconds: a.nanoseconds + b.nanoseconds)
  }
  @inlinable public static func * (a: TimeSpan, factor: UInt64) -> TimeSpan {
    TimeSpan(nanoseconds: a.nanoseconds * factor)
  }
  @inlinable public static func / (a: TimeSpan, divisor: UInt64) -> TimeSpan {
    TimeSpan(nanoseconds: a.nanoseconds / divisor)
  }
}
