internal import BinaryCodec

/// Bytes as one line of text: what keys look like on the command line, and keys and values in
/// tables and TSV.
///
/// `\\`, `\t`, `\n`, `\r` and `\xHH`; everything else stands for itself as UTF-8. What is printed
/// reads back as the same bytes.
enum EscapedText {
  struct Fault: Error, Equatable {
    /// Offset of the backslash, in bytes.
    let at: Int
  }

  static func parse(_ text: Bytes) throws(Fault) -> Bytes {
    let backslash = UInt8(ascii: "\\")
    guard text.contains(backslash) else { return text }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var at = text.startIndex
    while at < text.endIndex {
      guard text[at] == backslash else {
        bytes.append(text[at])
        at += 1
        continue
      }
      guard at + 1 < text.endIndex else { throw Fault(at: at - text.startIndex) }
      var length = 2
      switch text[at + 1] {
      case backslash: bytes.append(backslash)
      case UInt8(ascii: "t"): bytes.append(0x09)
      case UInt8(ascii: "n"): bytes.append(0x0a)
      case UInt8(ascii: "r"): bytes.append(0x0d)
      case UInt8(ascii: "x"):
        guard at + 3 < text.endIndex, let high = digit(text[at + 2]), let low = digit(text[at + 3])
        else { throw Fault(at: at - text.startIndex) }
        bytes.append(high << 4 | low)
        length = 4
      default: throw Fault(at: at - text.startIndex)
      }
      at += length
    }
    return bytes[...]
  }

  /// Control characters, the backslash and bytes that are not UTF-8 as escapes.
  static func write(_ bytes: Bytes, into text: inout [UInt8]) {
    if let valid = String(validating: bytes, as: UTF8.self) {
      for scalar in valid.unicodeScalars {
        let isControl = scalar.properties.generalCategory == .control
        for byte in String(scalar).utf8 { write(byte, asIs: !isControl, into: &text) }
      }
    } else {
      for byte in bytes { write(byte, asIs: byte >= 0x20 && byte < 0x7f, into: &text) }
    }
  }

  static func string(_ bytes: Bytes) -> String {
    var text: [UInt8] = []
    write(bytes, into: &text)
    return String(decoding: text, as: UTF8.self)
  }

  private static func write(_ byte: UInt8, asIs: Bool, into text: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "\\"): text.append(contentsOf: "\\\\".utf8)
    case 0x09: text.append(contentsOf: "\\t".utf8)
    case 0x0a: text.append(contentsOf: "\\n".utf8)
    case 0x0d: text.append(contentsOf: "\\r".utf8)
    default:
      guard !asIs else { return text.append(byte) }
      let digits = Array("0123456789abcdef".utf8)
      text.append(contentsOf: [
        UInt8(ascii: "\\"), UInt8(ascii: "x"), digits[Int(byte >> 4)], digits[Int(byte & 15)],
      ])
    }
  }

  private static func digit(_ letter: UInt8) -> UInt8? {
    switch letter {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): letter - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): letter - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): letter - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
