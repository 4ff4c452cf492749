extension HistoryEvent {
  /// An event from the map that spells it, in Jepsen's names: `process`, `type`, `f`, `value`,
  /// `time`, `error`, and `key`, which is ours. Other names are passed over.
  init(fields value: HistoryValue) throws(MalformedText) {
    guard let entries = value.map else { throw MalformedText("an event must be a map") }
    var process: HistoryProcess?
    var kind: Kind?
    var function: String?
    var key: HistoryValue?
    var argument = HistoryValue.null
    var time: UInt64?
    var error: String?
    for entry in entries {
      switch entry.key.word {
      case "process": process = HistoryProcess(entry.value)
      case "type": kind = entry.value.word.flatMap(Kind.init(rawValue:))
      case "f": function = entry.value.word
      case "key": key = entry.value == .null ? nil : entry.value
      case "value": argument = entry.value
      case "time": time = entry.value.integer.flatMap(UInt64.init(exactly:))
      case "error": error = entry.value == .null ? nil : entry.value.word ?? "\(entry.value)"
      default: break
      }
    }
    guard let process else { throw MalformedText("no process: a whole number or a name") }
    guard let kind else { throw MalformedText("no type: invoke, ok, fail or info") }
    guard let function else { throw MalformedText("no f: the name of the function") }
    self.init(
      process: process, kind: kind, function: function, key: key,
      value: function == "txn" ? argument.withMicroOperationKeywords : argument, time: time,
      error: error)
  }

  /// The event as EDN.
  var edn: HistoryValue {
    var entries: [HistoryValue.Entry] = [
      .init(.keyword("process"), process.value),
      .init(.keyword("type"), .keyword(kind.rawValue)),
      .init(.keyword("f"), .keyword(function)),
    ]
    if let key { entries.append(.init(.keyword("key"), key)) }
    entries.append(.init(.keyword("value"), value))
    if let time { entries.append(.init(.keyword("time"), .integer(Int64(clamping: time)))) }
    if let error { entries.append(.init(.keyword("error"), .text(error))) }
    return .map(entries)
  }
}

extension HistoryProcess {
  init?(_ value: HistoryValue) {
    switch value {
    case .integer(let number): self = .client(number)
    case .text(let name), .keyword(let name): self = .named(name)
    case .null, .boolean, .decimal, .list, .map: return nil
    }
  }

  var value: HistoryValue {
    switch self {
    case .client(let number): .integer(number)
    case .named(let name): .keyword(name)
    }
  }
}

extension HistoryValue {
  /// A transaction whose micro-operations begin with keywords, as EDN writes them, whoever wrote
  /// it.
  fileprivate var withMicroOperationKeywords: HistoryValue {
    guard let operations = list else { return self }
    return .list(
      operations.map { operation in
        guard var parts = operation.list, case .text(let name)? = parts.first else {
          return operation
        }
        parts[0] = .keyword(name)
        return .list(parts)
      })
  }
}
