/// An IPv4 or IPv6 address, kept and compared as bytes: two spellings of one address are equal.
///
/// IPv4-mapped IPv6 addresses (`::ffff:10.0.0.1`) stay IPv6; there are no zones (`%eth0`).
public struct IPAddress: Hashable, Comparable, Sendable {
  /// Which of the two, by its version number.
  public enum Family: UInt8, Hashable, Comparable, Sendable {
    case v4 = 4
    case v6 = 6

    /// 4 or 16.
    public var byteCount: Int {
      switch self {
      case .v4: 4
      case .v6: 16
      }
    }

    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
  }

  public let family: Family
  /// Four or sixteen, in network order.
  public let bytes: [UInt8]

  /// Nil unless there are four or sixteen.
  public init?(bytes: some Sequence<UInt8>) {
    let bytes = Array(bytes)
    switch bytes.count {
    case Family.v4.byteCount: self.init(.v4, bytes)
    case Family.v6.byteCount: self.init(.v6, bytes)
    default: return nil
    }
  }

  init(_ family: Family, _ bytes: [UInt8]) {
    self.family = family
    self.bytes = bytes
  }

  /// `0.0.0.0` or `::`, which stands for no address.
  public static func unspecified(_ family: Family) -> IPAddress {
    IPAddress(family, [UInt8](repeating: 0, count: family.byteCount))
  }

  public var isUnspecified: Bool { bytes.allSatisfy { $0 == 0 } }

  /// 127.0.0.0/8 (RFC 1122 §3.2.1.3) or ::1 (RFC 4291 §2.5.3).
  public var isLoopback: Bool {
    switch family {
    case .v4: bytes[0] == 127
    case .v6: bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1
    }
  }

  /// 224.0.0.0/4 (RFC 5771) or ff00::/8 (RFC 4291 §2.7).
  public var isMulticast: Bool {
    switch family {
    case .v4: bytes[0] & 0xf0 == 0xe0
    case .v6: bytes[0] == 0xff
    }
  }

  /// 169.254.0.0/16 (RFC 3927) or fe80::/10 (RFC 4291 §2.5.6): means nothing beyond one link.
  public var isLinkLocal: Bool {
    switch family {
    case .v4: bytes[0] == 169 && bytes[1] == 254
    case .v6: bytes[0] == 0xfe && bytes[1] & 0xc0 == 0x80
    }
  }

  /// IPv4 first, then by bytes.
  public static func < (a: Self, b: Self) -> Bool {
    a.family == b.family ? a.bytes.lexicographicallyPrecedes(b.bytes) : a.family < b.family
  }
}
