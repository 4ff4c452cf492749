/// The address of an Ethernet interface: six bytes, compared as bytes.
public struct HardwareAddress: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Exactly six.
  public let bytes: [UInt8]

  /// Nil unless there are six.
  public init?(bytes: some Sequence<UInt8>) {
    self.bytes = Array(bytes)
    if self.bytes.count != 6 { return nil }
  }

  /// Reads `aa:bb:cc:dd:ee:ff`, capitals too; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 6, parts.allSatisfy({ $0.utf8.count == 2 }) else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      guard part.utf8.first != UInt8(ascii: "+"), let byte = UInt8(part, radix: 16) else {
        return nil
      }
      bytes.append(byte)
    }
    self.bytes = bytes
  }

  public static func < (a: Self, b: Self) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }

  public var description: String {
    bytes.map { byte in
      let digits = String(byte, radix: 16)
      return byte < 16 ? "0" + digits : digits
    }.joined(separator: ":")
  }
}
