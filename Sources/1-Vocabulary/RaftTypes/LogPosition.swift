/// An entry's identity: if two logs hold an entry of the same position, they are equal up to it
/// (§5.3, Log Matching). Acknowledgements and completions always carry a whole position, never an
/// index alone: an index can be overwritten by another term (pitfall 13).
///
/// Ordered as votes compare logs: by term first, then by index (§5.4.1, pitfall 9).
public struct LogPosition: Comparable, Hashable, Sendable, CustomStringConvertible {
  public let term: Term
  public let index: LogIndex

  @inlinable public init(term: Term, index: LogIndex) {
    self.term = term
    self.index = index
  }

  /// Just before the first entry: where an empty log ends.
  public static let origin = LogPosition(term: .zero, index: .zero)

  @inlinable public static func < (a: LogPosition, b: LogPosition) -> Bool {
    a.term != b.term ? a.term < b.term : a.index < b.index
  }
  public var description: String { "\(term)\(index)" }
}
