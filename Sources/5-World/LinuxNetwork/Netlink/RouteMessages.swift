import Glibc
import NetworkTypes

/// Requests of rtnetlink(7) about addresses and links (linux/rtnetlink.h, linux/if_addr.h).
enum RouteMessages {
  /// IFA_PROTO, by which addresses of ours are known after a crash; `ip address` shows it as
  /// `proto 0x51` (the Q of Quoin). Kernel 5.18 and later keep it.
  static let tag: UInt8 = 0x51
  /// The same for older kernels: the end of IFA_LABEL, which only IPv4 has.
  static let labelSuffix = ":vip"

  private static let noDuplicateDetection: UInt32 = 0x02  // IFA_F_NODAD
  private static let noPrefixRoute: UInt32 = 0x200  // IFA_F_NOPREFIXROUTE

  /// RTM_NEWADDR: adds the address, or gives it a new lifetime in seconds.
  static func setAddress(
    _ address: IPAddress, on interface: NetworkInterface, seconds: UInt32
  ) -> NetlinkMessage {
    var message = NetlinkMessage(
      20, [.create, .replace, .acknowledge], header: header(address, interface.index))
    var flags = noPrefixRoute
    var preferred = seconds
    switch address.family {
    case .v4:
      if let label = label(on: interface.name) { message.attribute(3, label) }  // IFA_LABEL
    case .v6:
      flags |= noDuplicateDetection
      // Deprecated from the start, so that nothing of this host's own picks it as its source.
      preferred = 0
    }
    locate(address, in: &message)
    message.attribute(8, ByteOrder.host(flags))  // IFA_FLAGS
    // struct ifa_cacheinfo: preferred, valid, and two stamps that only the kernel fills.
    message.attribute(
      6, ByteOrder.host(preferred) + ByteOrder.host(seconds) + [UInt8](repeating: 0, count: 8))
    message.attribute(11, [tag])  // IFA_PROTO
    return message
  }

  /// RTM_DELADDR.
  static func removeAddress(_ address: IPAddress, index: Int32) -> NetlinkMessage {
    var message = NetlinkMessage(21, .acknowledge, header: header(address, index))
    locate(address, in: &message)
    return message
  }

  /// RTM_GETADDR: every address of the family, of all interfaces.
  static func listAddresses(_ family: IPAddress.Family) -> NetlinkMessage {
    NetlinkMessage(22, .dump, header: [code(of: family), 0, 0, 0] + ByteOrder.host(UInt32(0)))
  }

  /// RTM_GETROUTE: how a packet to the address would go.
  static func route(to address: IPAddress) -> NetlinkMessage {
    // struct rtmsg: family, destination and source lengths, five further bytes, u32 flags.
    let length = UInt8(address.family.byteCount * 8)
    let header = [code(of: address.family), length] + [UInt8](repeating: 0, count: 10)
    var message = NetlinkMessage(26, [], header: header)
    message.attribute(1, address.bytes)  // RTA_DST
    return message
  }

  /// The answer to that is RTM_NEWROUTE with type RTN_LOCAL: the packet has arrived.
  static func isLocal(_ reply: NetlinkReply) -> Bool {
    reply.type == 24 && reply.payload.dropFirst(7).first == 2
  }

  /// RTM_GETLINK: every interface.
  static func listLinks() -> NetlinkMessage {
    NetlinkMessage(18, .dump, header: [UInt8](repeating: 0, count: 16))
  }

  static func code(of family: IPAddress.Family) -> UInt8 {
    switch family {
    case .v4: UInt8(AF_INET)
    case .v6: UInt8(AF_INET6)
    }
  }

  /// Nil when the name leaves no room: IFNAMSIZ is 16 with the final zero.
  private static func label(on interface: String) -> String? {
    let label = interface + labelSuffix
    return label.utf8.count < 16 ? label : nil
  }

  // struct ifaddrmsg: family, prefix length, flags, scope (0: universe), u32 index.
  private static func header(_ address: IPAddress, _ index: Int32) -> [UInt8] {
    let prefix = UInt8(address.family.byteCount * 8)
    return [code(of: address.family), prefix, 0, 0] + ByteOrder.host(index)
  }

  private static func locate(_ address: IPAddress, in message: inout NetlinkMessage) {
    message.attribute(2, address.bytes)  // IFA_LOCAL
    message.attribute(1, address.bytes)  // IFA_ADDRESS
  }
}
