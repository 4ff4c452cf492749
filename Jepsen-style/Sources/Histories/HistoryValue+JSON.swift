import JSONText

extension HistoryValue {
  /// Reads one JSON document; what is inside more than `Limits.nesting` values is refused by the
  /// scanner.
  init(json bytes: [UInt8]) throws(MalformedText) {
    var scanner = JSONScanner(bytes)
    do throws(JSONFault) {
      self = try HistoryValue(from: &scanner)
      try scanner.finish()
    } catch {
      throw MalformedText(error.description)
    }
  }

  private init(from scanner: inout JSONScanner) throws(JSONFault) {
    switch try scanner.peek() {
    case .null:
      guard try scanner.readNull() else { throw .expected("null", at: scanner.offset) }
      self = .null
    case .flag: self = .boolean(try scanner.readBool())
    case .string: self = .text(try scanner.readString())
    case .number: self = try Self.number(from: &scanner)
    case .array:
      var items: [HistoryValue] = []
      try scanner.beginArray()
      while try scanner.nextElement() { items.append(try HistoryValue(from: &scanner)) }
      self = .list(items)
    case .object:
      var entries: [Entry] = []
      try scanner.beginObject()
      while let name = try scanner.nextMember() {
        entries.append(Entry(.text(name), try HistoryValue(from: &scanner)))
      }
      self = .map(entries)
    }
  }

  private static func number(
    from scanner: inout JSONScanner
  ) throws(JSONFault) -> HistoryValue {
    let start = scanner.offset
    let digits = String(decoding: try scanner.skipValue(), as: UTF8.self)
    if let integer = Int64(digits) { return .integer(integer) }
    // An integer beyond 64 bits would lose digits as a double, and two values could become one.
    let isFraction = digits.utf8.contains { byte in
      byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e")
    }
    guard isFraction, let decimal = Double(digits), decimal.isFinite else {
      throw .outOfRange(at: start)
    }
    return .decimal(decimal)
  }

  /// Appends the value; keywords become strings, and so do the keys of maps (EDN's notation where a
  /// key is no word), for JSON knows neither.
  func append(to writer: inout JSONWriter) {
    switch self {
    case .null: writer.null()
    case .boolean(let truth): writer.value(truth)
    case .integer(let number): writer.value(document: String(number).utf8)
    case .decimal(let number): writer.value(number)
    case .text(let text), .keyword(let text): writer.value(text)
    case .list(let items):
      writer.beginArray()
      for item in items { item.append(to: &writer) }
      writer.endArray()
    case .map(let entries):
      writer.beginObject()
      for entry in entries {
        var member = JSONWriter()
        member.value(entry.key.word ?? entry.key.description)
        var value = JSONWriter()
        entry.value.append(to: &value)
        writer.value(document: member.bytes + [UInt8(ascii: ":")] + value.bytes)
      }
      writer.endObject()
    }
  }
}
