/// The place of an entry in the log; the first entry has index 1 (§5.3).
public struct LogIndex: Comparable, Hashable, Sendable, CustomStringConvertible {
  public let number: UInt64

  @inlinable public init(_ number: UInt64) { self.number = number }

  /// The place just before the first entry: the last index of an empty log.
  public static let zero = LogIndex(0)

  @inlinable public var next: LogIndex { LogIndex(number + 1) }
  /// The index before this one; `zero` has none before it and stays.
  @inlinable public var previous: LogIndex { LogIndex(number == 0 ? 0 : number - 1) }

  @inlinable public static func < (a: LogIndex, b: LogIndex) -> Bool { a.number < b.number }
  @inlinable public static func + (a: LogIndex, count: Int) -> LogIndex {
    LogIndex(a.number + UInt64(count))
  }
  /// How many places `self` lies after `earlier`; zero when it does not.
  @inlinable public func distance(from earlier: LogIndex) -> Int {
    self > earlier ? Int(clamping: number - earlier.number) : 0
  }
  public var description: String { "#\(number)" }
}
