public import Histories

/// Transactions over several registers: function `txn`, whose value lists micro-operations `[r key
/// value]`, `[w key value]`, `[eq key value]` (a condition) and `[cas key [old new]]`. Strict
/// serializability of the transactions is linearizability of the one object that all keys together
/// are.
///
/// A transaction that is `ok` with the result `false` found that one of its conditions did not
/// hold, and did nothing. Keys that no transaction ties together, directly or through others, are
/// checked apart.
public enum TransactionLinearizability {
  public static let functions = ["txn"]
  /// The names of micro-operations.
  public static let parts = ["r", "w", "eq", "cas"]

  public static func check(
    _ history: History, budget: LinearizabilityBudget = .standard
  ) throws(PropertyError) -> LinearizabilityResult {
    var keys = ValueNumbers()
    var values = ValueNumbers()
    var calls: [TimedCall<TransactionModel.Call>] = []
    var groups = DisjointGroups()
    for (index, operation) in history.operations.enumerated() where operation.outcome != .failed {
      let call = try call(of: operation, &keys, &values)
      guard let first = call.parts.first else { continue }
      for part in call.parts { groups.join(first.key, part.key) }
      calls.append(
        TimedCall(
          call, invoked: operation.invoked, completed: operation.completed, operation: index))
    }
    let objects = objects(calls, &groups, keys: keys.values, values: values.values)
    return Linearizability.check(objects, of: history, budget: budget)
  }

  private static func objects(
    _ calls: [TimedCall<TransactionModel.Call>], _ groups: inout DisjointGroups,
    keys: [HistoryValue], values: [HistoryValue]
  ) -> [Linearizability.Object<TransactionModel>] {
    // Where a key stands within its group, and which keys each group has.
    var members: [[Int]] = []
    var groupPlace: [Int: Int] = [:]
    var place = Array(repeating: 0, count: keys.count)
    for key in keys.indices {
      let root = groups.root(of: key)
      let group = groupPlace[root] ?? members.count
      if group == members.count {
        groupPlace[root] = group
        members.append([])
      }
      place[key] = members[group].count
      members[group].append(key)
    }
    var parts: [[TimedCall<TransactionModel.Call>]] = Array(repeating: [], count: members.count)
    for timed in calls {
      guard let first = timed.call.parts.first, let group = groupPlace[groups.root(of: first.key)]
      else { continue }
      let local = timed.call.parts.map { $0.moved(to: place[$0.key]) }
      parts[group].append(
        TimedCall(
          TransactionModel.Call(local, held: timed.call.held), invoked: timed.invoked,
          completed: timed.completed, operation: timed.operation))
    }
    return members.indices.map { group in
      let names = members[group].map { keys[$0] }
      return Linearizability.Object(
        key: nil, model: TransactionModel(keys: names.count), calls: parts[group]
      ) { state in
        zip(names, state).map { "\($0) = \(values[Int($1)])" }.joined(separator: ", ")
      }
    }
  }

  private static func call(
    of operation: HistoryOperation, _ keys: inout ValueNumbers, _ values: inout ValueNumbers
  ) throws(PropertyError) -> TransactionModel.Call {
    guard operation.function == "txn" else {
      throw .unsuitable(operation, reason: "a history of transactions has only txn")
    }
    let held = operation.result != .boolean(false)
    let isAnswered = operation.outcome == .ok && held
    let source = isAnswered ? operation.result : operation.argument
    guard let list = source.list else {
      throw .unsuitable(operation, reason: "a transaction is a list of [name key value]")
    }
    if isAnswered, list.count != operation.argument.list?.count {
      throw .unsuitable(operation, reason: "the answer has other parts than the request")
    }
    var parts: [TransactionModel.Part] = []
    for item in list {
      guard let fields = item.list, fields.count == 3, let name = fields[0].word else {
        throw .unsuitable(operation, reason: "\(item) is not [name key value]")
      }
      let key = Int(keys.number(of: fields[1]))
      switch name {
      case "r": parts.append(.read(key: key, isAnswered ? values.number(of: fields[2]) : nil))
      case "eq": parts.append(.read(key: key, values.number(of: fields[2])))
      case "w": parts.append(.write(key: key, values.number(of: fields[2])))
      case "cas":
        guard let pair = fields[2].list, pair.count == 2 else {
          throw .unsuitable(operation, reason: "cas takes [old new]")
        }
        let (old, new) = (values.number(of: pair[0]), values.number(of: pair[1]))
        parts.append(.compareAndSet(key: key, old: old, new: new))
      default: throw .unsuitable(operation, reason: "a transaction knows r, w, eq and cas")
      }
    }
    return TransactionModel.Call(parts, held: held)
  }
}

extension TransactionModel.Part {
  fileprivate var key: Int {
    switch self {
    case .read(let key, _), .write(let key, _), .compareAndSet(let key, _, _): key
    }
  }

  fileprivate func moved(to key: Int) -> TransactionModel.Part {
    switch self {
    case .read(_, let value): .read(key: key, value)
    case .write(_, let value): .write(key: key, value)
    case .compareAndSet(_, let old, let new): .compareAndSet(key: key, old: old, new: new)
    }
  }
}
