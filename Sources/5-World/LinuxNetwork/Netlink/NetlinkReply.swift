/// One message from the kernel. Its bytes are taken for what they are: nothing in them is trusted
/// to be as long as it says.
struct NetlinkReply {
  enum Kind: UInt16 {
    case error = 2  // NLMSG_ERROR: with code 0 an acknowledgement
    case done = 3  // NLMSG_DONE
  }

  struct Attribute {
    let type: UInt16
    let payload: ArraySlice<UInt8>
  }

  let type: UInt16
  let flags: UInt16
  let sequence: UInt32
  let payload: ArraySlice<UInt8>

  /// NLM_F_DUMP_INTR: what was listed changed meanwhile.
  var wasInterrupted: Bool { flags & 0x10 != 0 }

  /// The positive errno of an NLMSG_ERROR or NLMSG_DONE; zero acknowledges.
  var code: Int32? {
    guard Kind(rawValue: type) != nil else { return nil }
    return ByteOrder.host(payload, at: 0, as: Int32.self).map { $0 == .min ? .max : abs($0) }
  }

  /// The messages in one datagram, or nil when a length leads out of it.
  static func all(in datagram: [UInt8]) -> [NetlinkReply]? {
    var rest = datagram[...]
    var replies: [NetlinkReply] = []
    while !rest.isEmpty {
      guard
        let length = ByteOrder.host(rest, at: 0, as: UInt32.self).map({ Int($0) }),
        length >= NetlinkMessage.headerLength, length <= rest.count,
        let type = ByteOrder.host(rest, at: 4, as: UInt16.self),
        let flags = ByteOrder.host(rest, at: 6, as: UInt16.self),
        let sequence = ByteOrder.host(rest, at: 8, as: UInt32.self)
      else { return nil }
      let payload = rest.prefix(length).dropFirst(NetlinkMessage.headerLength)
      replies.append(.init(type: type, flags: flags, sequence: sequence, payload: payload))
      rest = rest.dropFirst((length + 3) & ~3)
    }
    return replies
  }

  /// The attributes behind a family header of `headerLength`; what is cut off is left out.
  func attributes(after headerLength: Int) -> [Attribute] {
    Self.attributes(in: payload.dropFirst((headerLength + 3) & ~3))
  }

  static func attributes(in bytes: ArraySlice<UInt8>) -> [Attribute] {
    var rest = bytes
    var attributes: [Attribute] = []
    while let length = ByteOrder.host(rest, at: 0, as: UInt16.self).map({ Int($0) }),
      let type = ByteOrder.host(rest, at: 2, as: UInt16.self), length >= 4, length <= rest.count
    {
      // The upper two bits are NLA_F_NESTED and NLA_F_NET_BYTEORDER.
      attributes.append(.init(type: type & 0x3fff, payload: rest.prefix(length).dropFirst(4)))
      rest = rest.dropFirst((length + 3) & ~3)
    }
    return attributes
  }
}
