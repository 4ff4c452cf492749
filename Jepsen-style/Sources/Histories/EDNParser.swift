/// Reads values written in EDN (github.com/edn-format/edn): the subset that histories use, which is
/// all but ratios. Tags are read through to the value they mark.
struct EDNParser {
  private let bytes: [UInt8]
  private var position: Int

  init(_ bytes: [UInt8], from position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  /// Whether nothing is left, not even a bracket that closes nothing.
  var isAtEnd: Bool { position == bytes.count }

  /// The next value; nil at the end of the text, or before a bracket that closes nothing.
  mutating func next() throws(MalformedText) -> HistoryValue? { try next(depth: 0) }

  // nil at the end of the text or before a closing bracket.
  private mutating func next(depth: Int) throws(MalformedText) -> HistoryValue? {
    while let byte = peek() {
      if byte.isBlank || byte == UInt8(ascii: ",") {
        position += 1
      } else if byte == UInt8(ascii: ";") {
        while let byte = peek(), byte != UInt8(ascii: "\n") { position += 1 }
      } else if byte == UInt8(ascii: "#"), peek(1) == UInt8(ascii: "_") {
        position += 2
        guard try value(depth: depth + 1) != nil else { throw MalformedText("#_ before nothing") }
      } else {
        return try value(depth: depth)
      }
    }
    return nil
  }

  private func peek(_ ahead: Int = 0) -> UInt8? {
    position + ahead < bytes.count ? bytes[position + ahead] : nil
  }

  private mutating func value(depth: Int) throws(MalformedText) -> HistoryValue? {
    guard depth <= Limits.nesting else {
      throw MalformedText("more than \(Limits.nesting) values inside each other")
    }
    guard let byte = peek() else { return nil }
    switch byte {
    case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ")"): return nil
    case UInt8(ascii: "["): return .list(try items(until: UInt8(ascii: "]"), depth: depth))
    case UInt8(ascii: "("): return .list(try items(until: UInt8(ascii: ")"), depth: depth))
    case UInt8(ascii: "{"): return .map(try entries(depth: depth))
    case UInt8(ascii: "\""): return .text(try string())
    case UInt8(ascii: "#"):
      if peek(1) == UInt8(ascii: "{") {
        position += 1
        return .list(try items(until: UInt8(ascii: "}"), depth: depth))
      }
      _ = token()
      guard let tagged = try next(depth: depth + 1) else {
        throw MalformedText("a tag before nothing")
      }
      return tagged
    default: return try atom()
    }
  }

  private mutating func items(
    until closing: UInt8, depth: Int
  ) throws(MalformedText) -> [HistoryValue] {
    position += 1
    var items: [HistoryValue] = []
    while let item = try next(depth: depth + 1) { items.append(item) }
    guard peek() == closing else { throw MalformedText("a bracket is missing") }
    position += 1
    return items
  }

  private mutating func entries(depth: Int) throws(MalformedText) -> [HistoryValue.Entry] {
    let flat = try items(until: UInt8(ascii: "}"), depth: depth)
    guard flat.count.isMultiple(of: 2) else { throw MalformedText("a map key without a value") }
    return stride(from: 0, to: flat.count, by: 2).map { .init(flat[$0], flat[$0 + 1]) }
  }

  // A string may hold anything but its end; escapes are those of JSON and Java.
  private mutating func string() throws(MalformedText) -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = peek() {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          throw MalformedText("a string that is not UTF-8")
        }
        return string
      case UInt8(ascii: "\\"): text.append(contentsOf: Array(try escaped().utf8))
      default: text.append(byte)
      }
    }
    throw MalformedText("a string never ends")
  }

  private mutating func escaped() throws(MalformedText) -> Character {
    guard let byte = peek() else { throw MalformedText("a string never ends") }
    position += 1
    switch byte {
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
      return Character(UnicodeScalar(byte))
    case UInt8(ascii: "u"):
      let digits = bytes[position..<min(position + 4, bytes.count)]
      guard digits.count == 4,
        let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16),
        let scalar = UnicodeScalar(code)
      else { throw MalformedText("a \\u escape that names no character") }
      position += 4
      return Character(scalar)
    default: throw MalformedText("an escape that EDN does not know")
    }
  }

  private mutating func token() -> String {
    let start = position
    // A character is a backslash and any one byte at least, be it a bracket.
    position = min(position + (peek() == UInt8(ascii: "\\") ? 2 : 1), bytes.count)
    while let byte = peek(), !byte.isBlank, !Self.ends.contains(byte) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private static let ends = Array(",;\"()[]{}".utf8)

  private mutating func atom() throws(MalformedText) -> HistoryValue {
    let word = token()
    switch word {
    case "nil": return .null
    case "true": return .boolean(true)
    case "false": return .boolean(false)
    default: break
    }
    if word.first == ":" {
      guard word.count > 1 else { throw MalformedText("a keyword without a name") }
      return .keyword(String(word.dropFirst()))
    }
    guard let first = word.utf8.first else { throw MalformedText("an empty word") }
    let signed = first == UInt8(ascii: "-") || first == UInt8(ascii: "+")
    if first.isDigit || (signed && word.utf8.dropFirst().first?.isDigit == true) {
      return try number(word)
    }
    // Symbols and characters carry no meaning in a history; they are kept as the text they are.
    return .text(word)
  }

  private func number(_ word: String) throws(MalformedText) -> HistoryValue {
    let isExact = word.last == "N" || word.last == "M"
    let digits = isExact ? String(word.dropLast()) : word
    if let integer = Int64(digits) { return .integer(integer) }
    guard digits.utf8.contains(where: { !$0.isDigit && $0 != UInt8(ascii: "-") }),
      let decimal = Double(digits), decimal.isFinite
    else { throw MalformedText("\(word.prefix(40)) is not a number of 64 bits") }
    return .decimal(decimal)
  }
}
