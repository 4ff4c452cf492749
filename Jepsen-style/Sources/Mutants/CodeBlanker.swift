/// Turns comments and string literals into spaces, so that what looks like code is code.
struct CodeBlanker {
  private var bytes: [UInt8]
  private var at = 0

  init(_ source: [UInt8]) { bytes = source }

  /// The source with every byte of a comment or a literal blanked; newlines stay.
  mutating func blanked() -> [UInt8] {
    while at < bytes.count { step() }
    return bytes
  }

  private mutating func step() {
    if starts("//") {
      while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { blank() }
    } else if starts("/*") {
      blankComment()
    } else if let hashes = literalStart() {
      blankLiteral(hashes)
    } else {
      at += 1
    }
  }

  private mutating func blankComment() {
    var depth = 0
    repeat {
      let (opens, closes) = (starts("/*"), starts("*/"))
      depth += opens ? 1 : closes ? -1 : 0
      blank()
      if opens || closes { blank() }
    } while depth > 0 && at < bytes.count
  }

  /// How many hashes stand before the quotation mark that begins here; nil: none does.
  private func literalStart() -> Int? {
    var place = at
    while place < bytes.count, bytes[place] == UInt8(ascii: "#") { place += 1 }
    return place < bytes.count && bytes[place] == UInt8(ascii: "\"") ? place - at : nil
  }

  private mutating func blankLiteral(_ hashes: Int) {
    for _ in 0..<hashes { blank() }
    let quote = starts("\"\"\"") ? "\"\"\"" : "\""
    let end = quote + String(repeating: "#", count: hashes)
    let escape = "\\" + String(repeating: "#", count: hashes)
    for _ in quote.utf8 { blank() }
    while at < bytes.count {
      if starts(end) {
        for _ in end.utf8 { blank() }
        return
      }
      guard starts(escape) else {
        blank()
        continue
      }
      for _ in escape.utf8 { blank() }
      if starts("(") { blankInterpolation() } else { blank() }
    }
  }

  // What stands in it may hold literals of its own; no function begins there.
  private mutating func blankInterpolation() {
    var depth = 0
    repeat {
      if let hashes = literalStart() {
        blankLiteral(hashes)
      } else {
        depth += starts("(") ? 1 : starts(")") ? -1 : 0
        blank()
      }
    } while depth > 0 && at < bytes.count
  }

  private mutating func blank() {
    guard at < bytes.count else { return }
    if bytes[at] != UInt8(ascii: "\n") { bytes[at] = UInt8(ascii: " ") }
    at += 1
  }

  private func starts(_ text: String) -> Bool {
    bytes[at...].starts(with: text.utf8)
  }
}
