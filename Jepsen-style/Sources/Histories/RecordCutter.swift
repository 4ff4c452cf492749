/// Cuts a stream of bytes into the texts of single events: lines, or balanced EDN forms.
///
/// Holds at most one record. It knows only as much EDN as balance needs: strings, characters,
/// comments and brackets; an outermost vector or list around all events is looked through.
struct RecordCutter {
  /// One event's text and the line where it starts.
  struct Record {
    let line: Int
    let bytes: [UInt8]
  }

  private enum Mode { case plain, string, escaped, character, comment }

  private let byForm: Bool
  private var bytes: [UInt8] = []
  private var line = 1
  private var firstLine = 1
  private var mode = Mode.plain
  private var depth = 0
  private var outermost: UInt8?

  init(format: HistoryFormat) { byForm = format == .edn }

  /// Takes one byte; returns the record that it ends.
  mutating func take(_ byte: UInt8) throws(HistoryError) -> Record? {
    let record = byForm ? try takeForm(byte) : try takeLine(byte)
    if byte == UInt8(ascii: "\n") { line += 1 }
    return record
  }

  /// The record that the end of the stream ends; a form cut short is an error.
  mutating func finish() throws(HistoryError) -> Record? {
    guard byForm else { return bytes.contains { !$0.isBlank } ? cut() : nil }
    guard depth == 0, outermost == nil, mode == .plain || mode == .comment else {
      throw .malformed(line: bytes.isEmpty ? line : firstLine, reason: "the form never ends")
    }
    return bytes.isEmpty ? nil : cut()
  }

  private mutating func cut() -> Record {
    defer { bytes.removeAll(keepingCapacity: true) }
    return Record(line: firstLine, bytes: bytes)
  }

  private mutating func keep(_ byte: UInt8) throws(HistoryError) {
    if bytes.isEmpty { firstLine = line }
    guard bytes.count < Limits.recordBytes else {
      throw .tooLarge(line: firstLine, reason: "an event of over \(Limits.recordBytes) bytes")
    }
    bytes.append(byte)
  }

  private mutating func takeLine(_ byte: UInt8) throws(HistoryError) -> Record? {
    guard byte == UInt8(ascii: "\n") else {
      if !(bytes.isEmpty && byte.isBlank) { try keep(byte) }
      return nil
    }
    return bytes.isEmpty ? nil : cut()
  }

  private mutating func takeForm(_ byte: UInt8) throws(HistoryError) -> Record? {
    switch mode {
    case .comment:
      if byte == UInt8(ascii: "\n") { mode = .plain }
      return nil
    case .string:
      if byte == UInt8(ascii: "\\") { mode = .escaped }
      if byte == UInt8(ascii: "\"") { mode = .plain }
    case .escaped: mode = .string
    case .character: mode = .plain
    case .plain: return try takePlain(byte)
    }
    try keep(byte)
    return nil
  }

  private mutating func takePlain(_ byte: UInt8) throws(HistoryError) -> Record? {
    switch byte {
    case UInt8(ascii: ";"):
      mode = .comment
      return nil
    case UInt8(ascii: "\""): mode = .string
    case UInt8(ascii: "\\"): mode = .character
    case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "("):
      if byte != UInt8(ascii: "{"), depth == 0, bytes.isEmpty, outermost == nil {
        outermost = byte
        return nil
      }
      depth += 1
    case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ")"):
      return try close(byte)
    case UInt8(ascii: ","), 0x20, 0x09...0x0d:
      guard !bytes.isEmpty else { return nil }
      // A tag belongs to the form after it.
      if depth == 0, bytes.first != UInt8(ascii: "#") { return cut() }
    default: break
    }
    try keep(byte)
    return nil
  }

  private mutating func close(_ byte: UInt8) throws(HistoryError) -> Record? {
    if depth > 0 {
      depth -= 1
      try keep(byte)
      return depth == 0 ? cut() : nil
    }
    let opening: UInt8? =
      switch byte {
      case UInt8(ascii: "]"): UInt8(ascii: "[")
      case UInt8(ascii: ")"): UInt8(ascii: "(")
      default: nil
      }
    guard let opening, opening == outermost else {
      throw .malformed(line: line, reason: "a bracket closes nothing")
    }
    outermost = nil
    return bytes.isEmpty ? nil : cut()
  }
}
