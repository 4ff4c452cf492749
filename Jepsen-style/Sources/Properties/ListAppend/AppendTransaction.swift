import Histories

/// A transaction of appends to lists and reads of whole lists, with numbers for keys and elements.
struct AppendTransaction: Sendable {
  enum Part: Hashable, Sendable {
    case append(key: Int, element: Int32)
    /// The list that came back; nil when the answer is not known.
    case read(key: Int, [Int32]?)
  }

  /// Its place in `History.operations`.
  let operation: Int
  let outcome: HistoryOperation.Outcome
  let parts: [Part]

  /// What it appended to `key`, in order.
  func appends(to key: Int) -> [Int32] {
    parts.compactMap { part in
      if case .append(key, let element) = part { element } else { nil }
    }
  }

  /// The keys it appended to, each once.
  var appendedKeys: [Int] {
    var keys: [Int] = []
    for case .append(let key, _) in parts where !keys.contains(key) { keys.append(key) }
    return keys
  }
}

extension AppendTransaction {
  /// - Parameter operation: a `txn` whose value lists `[append key element]` and `[r key list]`.
  init(
    _ operation: HistoryOperation, at place: Int, _ keys: inout ValueNumbers,
    _ elements: inout ValueNumbers
  ) throws(PropertyError) {
    guard operation.function == "txn" else {
      throw .unsuitable(operation, reason: "a history of list-append has only txn")
    }
    let isAnswered = operation.outcome == .ok
    guard let list = (isAnswered ? operation.result : operation.argument).list else {
      throw .unsuitable(operation, reason: "a transaction is a list of [name key value]")
    }
    if isAnswered, list.count != operation.argument.list?.count {
      throw .unsuitable(operation, reason: "the answer has other parts than the request")
    }
    var parts: [Part] = []
    for item in list {
      guard let fields = item.list, fields.count == 3, let name = fields[0].word else {
        throw .unsuitable(operation, reason: "\(item) is not [name key value]")
      }
      let key = Int(keys.number(of: fields[1]))
      switch name {
      case "append": parts.append(.append(key: key, element: elements.number(of: fields[2])))
      case "r" where !isAnswered: parts.append(.read(key: key, nil))
      case "r":
        // A list that was never appended to reads as null.
        guard let list = fields[2] == .null ? [] : fields[2].list else {
          throw .unsuitable(operation, reason: "\(item) reads no list")
        }
        parts.append(.read(key: key, list.map { elements.number(of: $0) }))
      default: throw .unsuitable(operation, reason: "list-append knows append and r")
      }
    }
    self.init(operation: place, outcome: operation.outcome, parts: parts)
  }
}
