/// The bytes that cannot stand in a JSON string as they are: a control character, a quotation mark,
/// a backslash (RFC 8259, section 7).
enum EscapedBytes {
  /// Where the first of them stands in `text`, from `start` on; looked for eight bytes at a time.
  static func first(in text: UnsafeRawBufferPointer, from start: Int) -> Int? {
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
}
