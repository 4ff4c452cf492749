/// A term: a logical clock of elections (§5.1). It only ever grows.
public struct Term: Comparable, Hashable, Sendable, CustomStringConvertible {
  public let number: UInt64

  @inlinable public init(_ number: UInt64) { self.number = number }

  /// Before the first election. No entry but the genesis and no message carries it.
  public static let zero = Term(0)

  @inlinable public var next: Term { Term(number + 1) }
  @inlinable public static func < (a: Term, b: Term) -> Bool { a.number < b.number }
  public var description: String { "T\(number)" }
}
