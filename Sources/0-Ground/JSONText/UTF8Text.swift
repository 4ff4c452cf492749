/// Whether bytes may stand in a JSON string as they are.
public enum UTF8Text {
  /// Well-formed UTF-8 by table 3-7 of the Unicode standard: no overlong forms, no surrogates,
  /// nothing above U+10FFFF. Eight ASCII bytes are taken at a time, for most text is ASCII.
  public static func isWellFormed(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.withUnsafeBytes { firstFault(in: $0) == nil }
  }

  /// The offset of the first byte that is not part of a well-formed sequence.
  static func firstFault(in bytes: UnsafeRawBufferPointer) -> Int? {
    var at = 0
    while at < bytes.count {
      while at + 8 <= bytes.count,
        bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
      { at += 8 }
      guard at < bytes.count else { return nil }
      let length = sequenceLength(in: bytes, at: at)
      if length == 0 { return at }
      at += length
    }
    return nil
  }

  /// Bytes of the sequence that starts at `at`; 0 when it is ill-formed.
  private static func sequenceLength(in bytes: UnsafeRawBufferPointer, at: Int) -> Int {
    func follows(_ offset: Int, _ range: ClosedRange<UInt8> = 0x80...0xbf) -> Bool {
      at + offset < bytes.count && range.contains(bytes[at + offset])
    }
    switch bytes[at] {
    case 0x00...0x7f: return 1
    case 0xc2...0xdf: return follows(1) ? 2 : 0
    case 0xe0: return follows(1, 0xa0...0xbf) && follows(2) ? 3 : 0
    case 0xed: return follows(1, 0x80...0x9f) && follows(2) ? 3 : 0
    case 0xe1...0xef: return follows(1) && follows(2) ? 3 : 0
    case 0xf0: return follows(1, 0x90...0xbf) && follows(2) && follows(3) ? 4 : 0
    case 0xf1...0xf3: return follows(1) && follows(2) && follows(3) ? 4 : 0
    case 0xf4: return follows(1, 0x80...0x8f) && follows(2) && follows(3) ? 4 : 0
    default: return 0
    }
  }
}
