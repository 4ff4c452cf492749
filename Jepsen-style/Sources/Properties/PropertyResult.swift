public import Histories

/// What a checker of sets, counters or banks found.
public enum PropertyResult: Sendable {
  case holds
  case violated(PropertyViolation)
  /// Never to be taken for either of the others.
  case undecided(reason: String)
}

/// One proof that a property does not hold.
public struct PropertyViolation: Sendable {
  /// Which object; nil when the history has only one.
  public let key: HistoryValue?
  public let reason: String
  /// The operations that prove it.
  public let operations: [HistoryOperation]
}

extension PropertyViolation: CustomStringConvertible {
  public var description: String {
    var lines = [(key.map { "\($0): " } ?? "") + reason]
    lines += operations.map { "  \($0) [events \($0.span)]" }
    return lines.joined(separator: "\n")
  }
}

extension History {
  /// The operations by their key, in the order in which the keys appear.
  func operationsByKey() -> [(key: HistoryValue?, operations: [HistoryOperation])] {
    var places: [HistoryValue?: Int] = [:]
    var parts: [(key: HistoryValue?, operations: [HistoryOperation])] = []
    for operation in operations {
      let place = places[operation.key] ?? parts.count
      if place == parts.count {
        places[operation.key] = place
        parts.append((operation.key, []))
      }
      parts[place].operations.append(operation)
    }
    return parts
  }
}
