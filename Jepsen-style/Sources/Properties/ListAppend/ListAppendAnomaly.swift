public import Histories

/// Something that no strictly serializable store does.
public struct ListAppendAnomaly: Sendable {
  /// The names of Adya's thesis (1999, chapter 3) and of Elle (Kingsbury and Alvaro, VLDB 2020).
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// A transaction does not see its own appends, or sees two states of one list.
    case internalInconsistency = "internal"
    /// A read has an element that nobody appended.
    case phantomElement = "phantom"
    /// A read has an element twice.
    case duplicateElement = "duplicate"
    /// Two reads of one list of which neither begins with the other.
    case incompatibleOrder = "incompatible-order"
    /// A read has an element of a transaction that failed.
    case abortedRead = "G1a"
    /// A read ends between two appends of one transaction.
    case intermediateRead = "G1b"
    /// A cycle of appends after appends.
    case writeCycle = "G0"
    /// A cycle of appends after appends and reads of appends.
    case informationCycle = "G1c"
    /// A cycle with exactly one read that missed an append: lost update, read skew, stale read.
    case singleAntiDependency = "G-single"
    /// A cycle with several reads that missed appends: write skew.
    case antiDependencyCycle = "G2-item"
  }

  /// What, besides what transactions read, the cycle needs.
  public enum Order: Int, Hashable, Sendable, CaseIterable {
    /// Nothing: not even serializable.
    case none
    /// The order of one process's own transactions.
    case process
    /// The order of transactions that did not overlap: serializable, but not strictly.
    case realTime
  }

  public let kind: Kind
  public let order: Order
  /// Those involved; a cycle in its order.
  public let operations: [HistoryOperation]
  /// Why, one line a step.
  public let reasons: [String]
}

extension ListAppendAnomaly: CustomStringConvertible {
  /// Elle's name: `G-single-realtime`.
  public var name: String {
    switch order {
    case .none: kind.rawValue
    case .process: kind.rawValue + "-process"
    case .realTime: kind.rawValue + "-realtime"
    }
  }

  public var description: String {
    var lines = [name]
    for (index, operation) in operations.enumerated() {
      lines.append("  T\(index + 1): \(operation) [events \(operation.span)]")
    }
    lines += reasons.map { "  \($0)" }
    return lines.joined(separator: "\n")
  }
}
