public import Histories

/// The answer to "is this recorded history as it should be?".
public enum HistoryVerdict: Sendable {
  case holds(Property)
  /// The report is text of several lines for a person.
  case violated(Property, report: String)
  case undecided(Property, reason: String)
  /// No history, or none of the property asked for.
  case unreadable(reason: String)

  /// For a program: 0 when the property holds, 1 when it does not, 2 when that is not known.
  public var exitCode: Int32 {
    switch self {
    case .holds: 0
    case .violated: 1
    case .undecided, .unreadable: 2
    }
  }
}

extension HistoryVerdict: CustomStringConvertible {
  public var description: String {
    switch self {
    case .holds(let property): "\(property.rawValue): holds"
    case .violated(let property, let report): "\(property.rawValue): does not hold\n\(report)"
    case .undecided(let property, let reason): "\(property.rawValue): undecided: \(reason)"
    case .unreadable(let reason): "unreadable: \(reason)"
    }
  }
}

/// Checks the bytes of a recorded history, in any format, against `property`, or against the one
/// that its functions speak of.
public func check(
  _ bytes: some Sequence<UInt8>, as property: Property? = nil,
  budget: LinearizabilityBudget = .standard
) -> HistoryVerdict {
  do throws(HistoryError) {
    return check(try History(reading: bytes), as: property, budget: budget)
  } catch {
    return .unreadable(reason: error.description)
  }
}

/// Checks a history against `property`, or against the one that its functions speak of.
public func check(
  _ history: History, as property: Property? = nil, budget: LinearizabilityBudget = .standard
) -> HistoryVerdict {
  let property = property ?? Property(spokenOfBy: history)
  do throws(PropertyError) {
    switch property {
    case .register:
      return HistoryVerdict(property, try RegisterLinearizability.check(history, budget: budget))
    case .transactions:
      return HistoryVerdict(
        property, try TransactionLinearizability.check(history, budget: budget))
    case .listAppend:
      switch try ListAppendChecker.check(history) {
      case .strictlySerializable: return .holds(property)
      case .anomalous(let anomalies):
        let report = anomalies.map(\.description).joined(separator: "\n")
        return .violated(property, report: report)
      }
    case .set: return HistoryVerdict(property, try SetChecker.check(history))
    case .counter: return HistoryVerdict(property, try CounterChecker.check(history))
    case .bank: return HistoryVerdict(property, try BankChecker.check(history))
    }
  } catch {
    return .unreadable(reason: "not a history of \(property.rawValue): \(error)")
  }
}

extension HistoryVerdict {
  fileprivate init(_ property: Property, _ result: LinearizabilityResult) {
    switch result {
    case .linearizable: self = .holds(property)
    case .notLinearizable(let witness): self = .violated(property, report: "\(witness)")
    case .undecided(let reason): self = .undecided(property, reason: reason)
    }
  }

  fileprivate init(_ property: Property, _ result: PropertyResult) {
    switch result {
    case .holds: self = .holds(property)
    case .violated(let violation): self = .violated(property, report: "\(violation)")
    case .undecided(let reason): self = .undecided(property, reason: reason)
    }
  }
}
