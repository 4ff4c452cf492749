/// Jepsen's console log: a fixed prefix, then process, type, function and value, with tabs between
/// them.
enum JepsenLog {
  static let prefix = Array("INFO  jepsen.util - ".utf8)

  static func event(_ line: [UInt8]) throws(MalformedText) -> HistoryEvent {
    guard line.starts(with: prefix) else {
      throw MalformedText("no event: neither JSON, nor EDN, nor a line of Jepsen's log")
    }
    var parser = EDNParser(line, from: prefix.count)
    var fields: [HistoryValue] = []
    while let field = try parser.next() { fields.append(field) }
    guard (4...5).contains(fields.count) else {
      throw MalformedText("\(fields.count) fields after the prefix; a line has four, or five")
    }
    guard let process = HistoryProcess(fields[0]) else {
      throw MalformedText("the process must be a whole number or a name")
    }
    guard let kind = fields[1].word.flatMap(HistoryEvent.Kind.init(rawValue:)) else {
      throw MalformedText("the type must be :invoke, :ok, :fail or :info")
    }
    guard let function = fields[2].word else { throw MalformedText("no name of a function") }
    var event = HistoryEvent(process: process, kind: kind, function: function, value: fields[3])
    event.error = fields.count == 5 ? fields[4].word ?? "\(fields[4])" : nil
    // Where an operation did not succeed, the log puts the reason in the place of the value.
    if event.error == nil, kind == .info || kind == .fail, case .keyword(let reason) = fields[3] {
      event.error = reason
      event.value = .null
    }
    return event
  }

  static func append(_ event: HistoryEvent, to bytes: inout [UInt8]) throws(HistoryError) {
    guard event.key == nil else {
      throw .notExpressible(reason: "Jepsen's log has no place for the key of an event")
    }
    var text = EDNWriter()
    text.append(event.process.value)
    text.append("\t:\(event.kind.rawValue)\t:\(event.function)\t")
    switch (event.value, event.error) {
    case (.null, let reason?): text.append(.keyword(reason))
    case (let value, let reason?):
      text.append(value)
      text.append("\t")
      text.append(.keyword(reason))
    case (let value, nil): text.append(value)
    }
    bytes.append(contentsOf: prefix)
    bytes.append(contentsOf: text.bytes)
  }
}
