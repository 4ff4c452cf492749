internal import BinaryCodec
internal import ClientProtocol

/// RFC 3986, section 2.1.
enum PercentEncoding {
  /// The bytes that `text` stands for; `text` itself, sharing its buffer, when nothing is encoded.
  static func decode(_ text: Bytes) throws(ClientError) -> Bytes {
    guard let first = text.firstIndex(of: UInt8(ascii: "%")) else { return text }
    var bytes = Array(text[..<first])
    bytes.reserveCapacity(text.count)
    var at = first
    while at < text.endIndex {
      guard text[at] == UInt8(ascii: "%") else {
        bytes.append(text[at])
        at += 1
        continue
      }
      guard text.endIndex - at >= 3, let high = digit(text[at + 1]), let low = digit(text[at + 2])
      else {
        throw .badRequest("a % in the path or query is not followed by two hexadecimal digits")
      }
      bytes.append(high << 4 | low)
      at += 3
    }
    return bytes[...]
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
