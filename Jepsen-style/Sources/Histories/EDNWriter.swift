/// Writes values as EDN, on one line, in the order in which they stand.
struct EDNWriter {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ value: HistoryValue) {
    switch value {
    case .null: append("nil")
    case .boolean(let truth): append(truth ? "true" : "false")
    case .integer(let number): append(String(number))
    case .decimal(let number): append(number.description)
    case .text(let text): append(quoted: text)
    case .keyword(let name):
      append(":")
      append(name)
    case .list(let items):
      append("[")
      for (index, item) in items.enumerated() {
        if index > 0 { append(" ") }
        append(item)
      }
      append("]")
    case .map(let entries):
      append("{")
      for (index, entry) in entries.enumerated() {
        if index > 0 { append(", ") }
        append(entry.key)
        append(" ")
        append(entry.value)
      }
      append("}")
    }
  }

  mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func append(quoted text: String) {
    append("\"")
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): append("\\\"")
      case UInt8(ascii: "\\"): append("\\\\")
      case UInt8(ascii: "\n"): append("\\n")
      case UInt8(ascii: "\r"): append("\\r")
      case UInt8(ascii: "\t"): append("\\t")
      default: bytes.append(byte)
      }
    }
    append("\"")
  }
}
