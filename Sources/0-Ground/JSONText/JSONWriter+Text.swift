extension JSONWriter {
  /// Appends `text` between quotation marks: runs that need no escape in one piece.
  mutating func append(quoted text: UnsafeRawBufferPointer) {
    append(UInt8(ascii: "\""))
    var start = 0
    while let at = Self.firstEscaped(in: text, from: start) {
      append(run: text[start..<at])
      append(escapeOf: text[at])
      start = at + 1
    }
    append(run: text[start...])
    append(UInt8(ascii: "\""))
  }

  /// Where the first byte stands that JSON wants escaped: a control character, a quotation mark, a
  /// backslash.
  private static func firstEscaped(in text: UnsafeRawBufferPointer, from start: Int) -> Int? {
    var at = start
    while at + 8 <= text.count {
      let word = UInt64(littleEndian: text.loadUnaligned(fromByteOffset: at, as: UInt64.self))
      let found =
        bytes(of: word, below: 0x20) | bytes(of: word ^ eight(UInt8(ascii: "\"")), below: 1)
        | bytes(of: word ^ eight(UInt8(ascii: "\\")), below: 1)
      if found != 0 { return at + found.trailingZeroBitCount / 8 }
      at += 8
    }
    while at < text.count {
      let byte = text[at]
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return at }
      at += 1
    }
    return nil
  }

  private static func eight(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

  // The top bit of each byte of `word` that is below `limit`, which is at most 128. Subtracting
  // borrows from the bytes above a hit, so only the lowest bit is sure: the first hit.
  private static func bytes(of word: UInt64, below limit: UInt8) -> UInt64 {
    (word &- eight(limit)) & ~word & 0x8080_8080_8080_8080
  }

  mutating func append(decimal number: UInt64) {
    var digits: (UInt64, UInt64, UInt32) = (0, 0, 0)
    withUnsafeMutableBytes(of: &digits) { buffer in
      var at = buffer.count
      var rest = number
      repeat {
        let (tens, ones) = rest.quotientAndRemainder(dividingBy: 10)
        at -= 1
        buffer[at] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: ones)
        rest = tens
      } while rest > 0
      append(run: UnsafeRawBufferPointer(buffer)[at...])
    }
  }

  /// The short escapes of RFC 8259, section 7, where there is one.
  private mutating func append(escapeOf byte: UInt8) {
    append(UInt8(ascii: "\\"))
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
    case 0x08: append(UInt8(ascii: "b"))
    case 0x09: append(UInt8(ascii: "t"))
    case 0x0a: append(UInt8(ascii: "n"))
    case 0x0c: append(UInt8(ascii: "f"))
    case 0x0d: append(UInt8(ascii: "r"))
    default:
      for letter in [UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0")] { append(letter) }
      append(UInt8(ascii: "0") + byte >> 4)
      let low = byte & 15
      append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
    }
  }
}
