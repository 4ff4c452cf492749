import Histories

/// Decides linearizability by trying every order: slow and too simple to be wrong.
struct Oracle {
  private typealias Store = [HistoryValue: HistoryValue]

  private let operations: [HistoryOperation]

  init(_ history: History) {
    operations = history.operations.filter { $0.outcome != .failed }
    precondition(operations.count <= 9, "\(operations.count)! orders are too many")
  }

  func isLinearizable() -> Bool { explains(operations, from: [:]) }

  private func explains(_ open: [HistoryOperation], from store: Store) -> Bool {
    if open.allSatisfy({ $0.outcome == .unknown }) { return true }
    for (index, next) in open.enumerated()
    where !open.contains(where: { $0.precedes(next) }) {
      guard let after = apply(next, to: store) else { continue }
      var rest = open
      rest.remove(at: index)
      if explains(rest, from: after) { return true }
    }
    return false
  }

  private func apply(_ operation: HistoryOperation, to store: Store) -> Store? {
    let key = operation.key ?? .null
    let isKnown = operation.outcome == .ok
    var store = store
    switch operation.function {
    case "read":
      return !isKnown || store[key] ?? .null == operation.result ? store : nil
    case "write":
      store[key] = operation.argument
      return store
    case "cas":
      let pair = operation.argument.list ?? []
      let holds = store[key] ?? .null == pair[0]
      if isKnown, operation.result == .boolean(false) { return holds ? nil : store }
      store[key] = pair[1]
      return holds ? store : nil
    case "add":
      store[key] = .list((store[key]?.list ?? []) + [operation.argument])
      return store
    case "read-set":
      let seen = Set(store[key]?.list ?? [])
      return !isKnown || seen == Set(operation.result.list ?? []) ? store : nil
    case "txn": return transact(operation, isKnown, store)
    default: preconditionFailure("the oracle does not know \(operation.function)")
    }
  }

  private func transact(
    _ operation: HistoryOperation, _ isKnown: Bool, _ before: Store
  ) -> Store? {
    let denied = isKnown && operation.result == .boolean(false)
    let parts = (isKnown && !denied ? operation.result : operation.argument).list ?? []
    var store = before
    for part in parts.compactMap(\.list) {
      let (name, key, value) = (part[0].word ?? "", part[1], part[2])
      switch name {
      case "r":
        let found = store[key] ?? .null
        if isKnown, !denied, found != value { return nil }
      case "eq": if store[key] ?? .null != value { return denied ? before : nil }
      case "w": store[key] = value
      case "append": store[key] = .list((store[key]?.list ?? []) + [value])
      default: preconditionFailure("the oracle does not know \(name)")
      }
    }
    return denied ? nil : store
  }
}
