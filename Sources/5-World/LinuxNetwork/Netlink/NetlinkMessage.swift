/// A netlink message on its way to the kernel (linux/netlink.h, `struct nlmsghdr`): sixteen bytes
/// of header, the family's own header, then attributes (`struct nlattr`), all padded to four.
struct NetlinkMessage {
  /// Header flags.
  struct Flags: OptionSet {
    let rawValue: UInt16
    static let request = Flags(rawValue: 0x1)
    static let acknowledge = Flags(rawValue: 0x4)
    static let dump = Flags(rawValue: 0x300)
    static let replace = Flags(rawValue: 0x100)
    static let exclusive = Flags(rawValue: 0x200)
    static let create = Flags(rawValue: 0x400)
    static let append = Flags(rawValue: 0x800)
  }

  static let headerLength = 16
  private static let nested: UInt16 = 0x8000  // NLA_F_NESTED

  private(set) var bytes: [UInt8]

  /// The message asks for an acknowledgement only if `flags` say so.
  init(_ type: UInt16, _ flags: Flags, header: [UInt8]) {
    bytes = ByteOrder.host(UInt32(0)) + ByteOrder.host(type)
    bytes += ByteOrder.host(flags.union(.request).rawValue)
    bytes += ByteOrder.host(UInt32(0)) + ByteOrder.host(UInt32(0))
    append(padded: header)
  }

  var asksForAcknowledgement: Bool {
    Flags(rawValue: ByteOrder.host(bytes[...], at: 6) ?? 0).contains(.acknowledge)
  }

  mutating func attribute(_ type: UInt16, _ payload: [UInt8]) {
    bytes += ByteOrder.host(UInt16(4 + payload.count)) + ByteOrder.host(type)
    append(padded: payload)
  }

  /// Names end with a zero byte.
  mutating func attribute(_ type: UInt16, _ text: String) {
    attribute(type, Array(text.utf8) + [0])
  }

  mutating func nest(_ type: UInt16, _ body: (inout NetlinkMessage) -> Void) {
    let start = bytes.count
    bytes += ByteOrder.host(UInt16(0)) + ByteOrder.host(type | Self.nested)
    body(&self)
    bytes.replaceSubrange(start..<start + 2, with: ByteOrder.host(UInt16(bytes.count - start)))
  }

  /// The bytes to send, with their length and `sequence`, by which the answer is known.
  func sealed(_ sequence: UInt32) -> [UInt8] {
    var sealed = bytes
    sealed.replaceSubrange(0..<4, with: ByteOrder.host(UInt32(bytes.count)))
    sealed.replaceSubrange(8..<12, with: ByteOrder.host(sequence))
    return sealed
  }

  private mutating func append(padded payload: [UInt8]) {
    bytes += payload + [UInt8](repeating: 0, count: -payload.count & 3)
  }
}
