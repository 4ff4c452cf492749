/// Tells code from comments and from the insides of string literals, byte by byte, so that a rule
/// about code never fires on prose, nor the other way round.
///
/// Knows nested block comments, raw and multi-line strings, and interpolation, whose contents are
/// code again. Does not know bare regex literals: the house uses none.
struct Lexer {
  enum Kind { case code, comment, string }

  private let bytes: [UInt8]
  private var kinds: [Kind] = []

  /// The kind of every byte of `text`'s UTF-8.
  static func kinds(of text: [UInt8]) -> [Kind] {
    var lexer = Lexer(bytes: text)
    lexer.lexCode(isInterpolation: false)
    return lexer.kinds
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private var position: Int { kinds.count }

  private func at(_ text: StaticString, offset: Int = 0) -> Bool {
    text.withUTF8Buffer { bytes.dropFirst(position + offset).starts(with: $0) }
  }

  private mutating func take(_ count: Int, as kind: Kind) {
    for _ in 0..<min(count, bytes.count - position) { kinds.append(kind) }
  }

  /// Up to the end, or up to the parenthesis that closes an interpolation.
  private mutating func lexCode(isInterpolation: Bool) {
    var depth = 0
    while position < bytes.count {
      if at("//") {
        while position < bytes.count, !at("\n") { take(1, as: .comment) }
      } else if at("/*") {
        lexBlockComment()
      } else if let hashes = hashesBeforeQuote() {
        lexString(hashes: hashes)
      } else {
        if at("(") { depth += 1 }
        if at(")") {
          if isInterpolation, depth == 0 { return }
          depth -= 1
        }
        take(1, as: .code)
      }
    }
  }

  private mutating func lexBlockComment() {
    var depth = 0
    repeat {
      if at("/*") {
        depth += 1
        take(2, as: .comment)
      } else if at("*/") {
        depth -= 1
        take(2, as: .comment)
      } else {
        take(1, as: .comment)
      }
    } while depth > 0 && position < bytes.count
  }

  /// How many `#` stand before the quote here; nil when no string begins here.
  private func hashesBeforeQuote() -> Int? {
    let hashes = bytes[position...].prefix { $0 == UInt8(ascii: "#") }.count
    return at("\"", offset: hashes) ? hashes : nil
  }

  private mutating func lexString(hashes: Int) {
    let isMultiline = at("\"\"\"", offset: hashes)
    let guardHashes = [UInt8](repeating: UInt8(ascii: "#"), count: hashes)
    let quotes = [UInt8](repeating: UInt8(ascii: "\""), count: isMultiline ? 3 : 1)
    let escape = [UInt8(ascii: "\\")] + guardHashes
    take(hashes + quotes.count, as: .string)
    while position < bytes.count {
      let rest = bytes[position...]
      if rest.starts(with: quotes + guardHashes) {
        return take(quotes.count + hashes, as: .string)
      } else if rest.starts(with: escape + [UInt8(ascii: "(")]) {
        take(escape.count + 1, as: .string)
        lexCode(isInterpolation: true)
        take(1, as: .string)
      } else if rest.starts(with: escape) {
        take(escape.count + 1, as: .string)
      } else {
        take(1, as: .string)
      }
    }
  }
}
