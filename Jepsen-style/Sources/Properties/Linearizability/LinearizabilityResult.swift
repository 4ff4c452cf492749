public import Histories

/// What is known about a history and a sequential specification.
public enum LinearizabilityResult: Sendable {
  /// Some order of the operations that respects real time explains every answer.
  case linearizable
  /// No order does.
  case notLinearizable(LinearizabilityWitness)
  /// The budget did not suffice. Never to be taken for either of the others: raise the budget, or
  /// record histories with fewer operations open at once.
  case undecided(reason: String)
}

/// The smallest part of a history that no order explains.
public struct LinearizabilityWitness: Sendable {
  /// The object; nil when the history has only one, or when the operations name several.
  public let key: HistoryValue?
  /// How many events of the history an order does explain: all before the completion of `blocked`.
  public let explainedEvents: Int
  /// How many operations took effect in the explained order.
  public let explainedOperations: Int
  /// The end of one such order, at most `Limits.witnessOperations` operations.
  public let order: [HistoryOperation]
  /// The first operation whose completion no order reaches, given the answers that all operations
  /// had.
  public let blocked: HistoryOperation
  /// Operations open at that time, which were free to take effect before it; it is blocked
  /// whichever of them did. At most `Limits.witnessOperations`, the latest.
  public let open: [HistoryOperation]
  /// The states in which the object could be, at most `Limits.witnessStates`.
  public let states: [String]
}

extension LinearizabilityWitness: CustomStringConvertible {
  /// Several lines for a person: what was possible, and what came back.
  public var description: String {
    var lines = ["no order explains: \(blocked) [events \(blocked.span)]"]
    if let key { lines.append("  object: \(key)") }
    lines.append("  the \(explainedEvents) events before its completion have an order, such as:")
    if explainedOperations > order.count {
      lines.append("    … \(explainedOperations - order.count) operations")
    }
    for operation in order { lines.append("    \(operation) [events \(operation.span)]") }
    if !states.isEmpty {
      lines.append("  which leaves: \(states.joined(separator: " or "))")
    }
    for operation in open { lines.append("  open: \(operation) [events \(operation.span)]") }
    return lines.joined(separator: "\n")
  }
}

extension HistoryOperation {
  var span: String { "\(invoked)…\(completed.map(String.init) ?? "")" }
}
