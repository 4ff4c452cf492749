public import Histories

/// Registers, one for each key: `read`, `write v`, `cas [old new]`, each unset (null) at the
/// beginning.
///
/// A `cas` that is `ok` with the result `false` compared and found another value, which is an
/// observation; one that failed did not happen and observed nothing.
public enum RegisterLinearizability {
  public static let functions = ["read", "write", "cas"]

  public static func check(
    _ history: History, budget: LinearizabilityBudget = .standard
  ) throws(PropertyError) -> LinearizabilityResult {
    var places: [HistoryValue?: Int] = [:]
    var parts: [(key: HistoryValue?, calls: [TimedCall<RegisterModel.Call>])] = []
    var numbers = ValueNumbers()
    for (index, operation) in history.operations.enumerated() {
      guard let call = try call(of: operation, &numbers) else { continue }
      let place = places[operation.key] ?? parts.count
      if place == parts.count {
        places[operation.key] = place
        parts.append((operation.key, []))
      }
      parts[place].calls.append(
        TimedCall(
          call, invoked: operation.invoked, completed: operation.completed, operation: index))
    }
    let values = numbers.values
    let model = RegisterModel(initial: ValueNumbers.null)
    let objects = parts.map { part in
      let reduction = RegisterReduction(part.calls, initial: model.initial)
      return Linearizability.Object(
        key: part.key, model: model, calls: reduction.applied(to: part.calls)
      ) { value in
        value == RegisterReduction.unnamed
          ? "a value that nobody asked for" : "\(values[Int(value)])"
      }
    }
    return Linearizability.check(objects, of: history, budget: budget)
  }

  private static func call(
    of operation: HistoryOperation, _ numbers: inout ValueNumbers
  ) throws(PropertyError) -> RegisterModel.Call? {
    switch (operation.function, operation.outcome) {
    case ("read", .ok): return .read(numbers.number(of: operation.result))
    case ("read", _): return nil
    case ("write", .failed), ("cas", .failed): return nil
    case ("write", _): return .write(numbers.number(of: operation.argument))
    case ("cas", _):
      guard let pair = operation.argument.list, pair.count == 2 else {
        throw .unsuitable(operation, reason: "cas takes [old new]")
      }
      let old = numbers.number(of: pair[0])
      guard operation.result != .boolean(false) else { return .mismatch(old) }
      return .compareAndSet(old: old, new: numbers.number(of: pair[1]))
    default: throw .unsuitable(operation, reason: "a register knows read, write and cas")
    }
  }
}
