extension JSONScanner {
  /// A string.
  public mutating func readString() throws(JSONFault) -> String {
    String(decoding: try readBytes(), as: UTF8.self)
  }

  /// A string as its UTF-8 bytes, which share the buffer unless the text has escapes.
  public mutating func readBytes() throws(JSONFault) -> ArraySlice<UInt8> {
    try take(UInt8(ascii: "\""), "a string")
    let start = at
    let run = try readRun()
    guard text[at] != UInt8(ascii: "\"") else { return try readMark(behind: run, from: start) }
    var unescaped = Array(run)
    while text[at] == UInt8(ascii: "\\") {
      at += 1
      try readEscape(into: &unescaped)
      unescaped += try readRun()
    }
    return try readMark(behind: unescaped[...], from: start)
  }

  /// What stands as it is, up to a quotation mark or a backslash.
  private mutating func readRun() throws(JSONFault) -> ArraySlice<UInt8> {
    let start = at
    guard let length = text[at...].withUnsafeBytes({ EscapedBytes.first(in: $0, from: 0) }) else {
      throw .truncated
    }
    at += length
    guard text[at] >= 0x20 else { throw .badEscape(at: offset) }
    return text[start..<at]
  }

  /// Ends a string that began at `start`: its bytes, if they are UTF-8.
  private mutating func readMark(
    behind bytes: ArraySlice<UInt8>, from start: Int
  ) throws(JSONFault) -> ArraySlice<UInt8> {
    if let fault = bytes.withUnsafeBytes({ UTF8Text.firstFault(in: $0) }) {
      throw .notUnicode(at: start + fault - text.startIndex)
    }
    at += 1
    return bytes
  }

  /// Bytes of a member that may be given as a string or, under its `_b64` name, in Base64.
  public mutating func readBase64() throws(JSONFault) -> ArraySlice<UInt8> {
    skipSpace()
    let start = offset
    guard let bytes = Base64.decode(try readBytes()) else { throw .expected("Base64", at: start) }
    return bytes[...]
  }

  private mutating func readEscape(into bytes: inout [UInt8]) throws(JSONFault) {
    guard at < text.endIndex else { throw .truncated }
    let letter = text[at]
    at += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(letter)
    case UInt8(ascii: "b"): bytes.append(0x08)
    case UInt8(ascii: "t"): bytes.append(0x09)
    case UInt8(ascii: "n"): bytes.append(0x0a)
    case UInt8(ascii: "f"): bytes.append(0x0c)
    case UInt8(ascii: "r"): bytes.append(0x0d)
    case UInt8(ascii: "u"):
      let start = offset
      var code = UInt32(try readFourDigits())
      if code & 0xfc00 == 0xd800 {
        guard text[at...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else {
          throw .notUnicode(at: start)
        }
        at += 2
        let low = UInt32(try readFourDigits())
        guard low & 0xfc00 == 0xdc00 else { throw .notUnicode(at: start) }
        code = 0x10000 + (code & 0x3ff) << 10 + low & 0x3ff
      }
      // A lone low surrogate is no scalar.
      guard let scalar = Unicode.Scalar(code) else { throw .notUnicode(at: start) }
      bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    default: throw .badEscape(at: offset - 1)
    }
  }

  private mutating func readFourDigits() throws(JSONFault) -> UInt16 {
    guard text.endIndex - at >= 4 else { throw .truncated }
    var code: UInt16 = 0
    for _ in 0..<4 {
      guard let digit = hexDigit(text[at]) else { throw .badEscape(at: offset) }
      code = code << 4 | UInt16(digit)
      at += 1
    }
    return code
  }

  private func hexDigit(_ letter: UInt8) -> UInt8? {
    switch letter {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): letter - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): letter - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): letter - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// The text of a number by the grammar of RFC 8259, section 6, or of a string that holds one.
  mutating func numberText() throws(JSONFault) -> (start: Int, digits: String) {
    skipSpace()
    let start = offset
    if at < text.endIndex, text[at] == UInt8(ascii: "\"") {
      return (start, try readString())
    }
    let first = at
    if at < text.endIndex, text[at] == UInt8(ascii: "-") { at += 1 }
    let whole = at
    try takeDigits()
    guard text[whole] != UInt8(ascii: "0") || at - whole == 1 else {
      throw .expected("a number", at: start)
    }
    if at < text.endIndex, text[at] == UInt8(ascii: ".") {
      at += 1
      try takeDigits()
    }
    if at < text.endIndex, text[at] | 0x20 == UInt8(ascii: "e") {
      at += 1
      if at < text.endIndex, text[at] == UInt8(ascii: "+") || text[at] == UInt8(ascii: "-") {
        at += 1
      }
      try takeDigits()
    }
    return (start, String(decoding: text[first..<at], as: UTF8.self))
  }

  private mutating func takeDigits() throws(JSONFault) {
    let start = at
    while at < text.endIndex, UInt8(ascii: "0")...UInt8(ascii: "9") ~= text[at] { at += 1 }
    guard at > start else {
      if at == text.endIndex { throw .truncated }
      throw .expected("a digit", at: offset)
    }
  }
}
