extension JSONWriter {
  /// Appends `text` between quotation marks: runs that need no escape in one piece.
  mutating func append(quoted text: UnsafeRawBufferPointer) {
    append(UInt8(ascii: "\""))
    var start = 0
    while let at = EscapedBytes.first(in: text, from: start) {
      append(run: text[start..<at])
      append(escapeOf: text[at])
      start = at + 1
    }
    append(run: text[start...])
    append(UInt8(ascii: "\""))
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
