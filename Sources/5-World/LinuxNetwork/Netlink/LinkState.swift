import NetworkTypes

/// What RTM_NEWLINK says of an interface (linux/rtnetlink.h `struct ifinfomsg`, linux/if_link.h).
struct LinkState: Equatable {
  static let newLink: UInt16 = 16  // RTM_NEWLINK
  static let deletedLink: UInt16 = 17  // RTM_DELLINK

  /// A bridge tells of its ports by messages of its own family: RTM_DELLINK then means that the
  /// interface left the bridge, not that it is gone.
  let isBridgePort: Bool
  let index: Int32
  let isUp: Bool
  let hasCarrier: Bool
  /// It is a port of a bridge or a bond, which has the addresses.
  let isEnslaved: Bool
  /// Nil when the link is no Ethernet.
  let hardwareAddress: HardwareAddress?

  /// Nil for any other message, and for one that is cut short.
  init?(_ reply: NetlinkReply) {
    // struct ifinfomsg: family, padding, u16 type, s32 index, u32 flags, u32 change.
    guard [Self.newLink, Self.deletedLink].contains(reply.type),
      let hardwareType = ByteOrder.host(reply.payload, at: 2, as: UInt16.self),
      let index = ByteOrder.host(reply.payload, at: 4, as: Int32.self),
      let flags = ByteOrder.host(reply.payload, at: 8, as: UInt32.self)
    else { return nil }
    isBridgePort = reply.payload.first == 7  // AF_BRIDGE
    self.index = index
    isUp = flags & 0x1 != 0  // IFF_UP
    hasCarrier = flags & 0x10000 != 0  // IFF_LOWER_UP
    let ethernet: UInt16 = 1  // ARPHRD_ETHER
    let attributes = reply.attributes(after: 16)
    isEnslaved = attributes.contains { $0.type == 10 }  // IFLA_MASTER
    hardwareAddress =
      hardwareType == ethernet
      ? attributes.first { $0.type == 1 }  // IFLA_ADDRESS
        .flatMap { HardwareAddress(bytes: $0.payload) } : nil
  }

  /// Neighbours may ask for any of this host's addresses there.
  var mayAnswer: Bool { hardwareAddress != nil && !isEnslaved }

  /// All of this host.
  static func all(by socket: NetlinkSocket) throws(NetworkFault) -> [LinkState] {
    try socket.dump(RouteMessages.listLinks(), "list interfaces")
      .compactMap(LinkState.init)
  }
}
