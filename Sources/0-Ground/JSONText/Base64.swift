/// Base64 with the standard alphabet and padding (RFC 4648, section 4).
public enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// Value of each letter; 0xff for a byte that is none.
  private static let values: [UInt8] = {
    var table = [UInt8](repeating: 0xff, count: 256)
    for (value, letter) in alphabet.enumerated() { table[Int(letter)] = UInt8(value) }
    return table
  }()

  /// Appends the text of `bytes`.
  public static func encode(_ bytes: ArraySlice<UInt8>, into text: inout [UInt8]) {
    text.reserveCapacity(text.count + (bytes.count + 2) / 3 * 4)
    var at = bytes.startIndex
    while at < bytes.endIndex {
      let left = bytes.endIndex - at
      let second = left > 1 ? bytes[at + 1] : 0
      let third = left > 2 ? bytes[at + 2] : 0
      let group = UInt32(bytes[at]) << 16 | UInt32(second) << 8 | UInt32(third)
      text.append(alphabet[Int(group >> 18)])
      text.append(alphabet[Int(group >> 12 & 63)])
      text.append(left > 1 ? alphabet[Int(group >> 6 & 63)] : UInt8(ascii: "="))
      text.append(left > 2 ? alphabet[Int(group & 63)] : UInt8(ascii: "="))
      at += 3
    }
  }

  /// The text of `bytes`, padded; four letters for three bytes.
  public static func encoded(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    encode(bytes, into: &text)
    return text
  }

  /// The bytes that `text` stands for. Nil unless it is exactly what `encode` writes: wrong
  /// letters, wrong padding and bits left over are refused, so that one value has one text.
  public static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.count % 4 == 0 else { return nil }
    let padding = text.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3)
    var group: UInt32 = 0
    var bits = 0
    for letter in text.dropLast(padding) {
      let value = values[Int(letter)]
      guard value != 0xff else { return nil }
      group = group << 6 | UInt32(value)
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(bits)))
        group &= (1 << UInt32(bits)) - 1
      }
    }
    return group == 0 ? bytes : nil
  }
}
