internal import Histories

/// What a recorded history can be held against.
public enum Property: String, Hashable, Sendable, CaseIterable {
  case register
  case transactions
  case listAppend = "list-append"
  case set
  case counter
  case bank
}

extension Property {
  /// The property whose words the history uses. `add` and `read` belong to sets and to counters:
  /// what the reads return tells.
  init(spokenOfBy history: History) {
    self = .register
    for operation in history.operations {
      switch operation.function {
      case "txn":
        let parts = operation.argument.list ?? []
        let words = parts.compactMap { $0.list?.first?.word }
        if words.contains("append") {
          self = .listAppend
          return
        }
        // Reads alone belong to either; a later transaction tells.
        self = words.contains { $0 != "r" } ? .transactions : .listAppend
        if self == .transactions { return }
      case "write", "cas":
        self = .register
        return
      case "transfer":
        self = .bank
        return
      case "add":
        if self != .set { self = operation.argument.integer == nil ? .set : .counter }
      case "read" where operation.outcome == .ok:
        if operation.result.list != nil { self = .set }
        if operation.result.map != nil { self = .bank }
      default: break
      }
    }
  }
}
