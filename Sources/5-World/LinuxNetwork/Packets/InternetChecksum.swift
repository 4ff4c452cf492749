/// The ones' complement sum of IP and what it carries (RFC 1071).
enum InternetChecksum {
  /// Over bytes whose checksum field is zero: the value for that field. Over bytes with their
  /// checksum: zero if it is right.
  static func of(_ bytes: [UInt8]) -> UInt16 {
    var sum: UInt64 = 0
    for start in stride(from: 0, to: bytes.count, by: 2) {
      let low = start + 1 < bytes.count ? bytes[start + 1] : 0
      sum += UInt64(bytes[start]) << 8 | UInt64(low)
    }
    while sum >> 16 != 0 { sum = (sum & 0xffff) + (sum >> 16) }
    return ~UInt16(sum)
  }

  /// Of a TCP segment or an ICMPv6 message, with the pseudo header of RFC 9293 §3.1 or RFC 8200
  /// §8.1: their sums are equal, because zeros add nothing.
  static func ofSegment(
    _ segment: [UInt8], protocolNumber: UInt8, source: [UInt8], destination: [UInt8]
  ) -> UInt16 {
    of(
      source + destination + ByteOrder.network(UInt32(segment.count)) + [0, 0, 0, protocolNumber]
        + segment)
  }
}
