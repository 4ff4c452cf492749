import Glibc
import NetworkTypes

/// Membership of the group in which questions about an IPv6 address are asked (RFC 4291 §2.7.1).
///
/// The kernel joins it for an address by itself, but only some milliseconds after RTM_NEWADDR has
/// returned: a question asked meanwhile is lost, and repeated after a second. Whoever joined before
/// loses none.
final class SolicitedNodeGroup {
  private let descriptor: Int32

  /// Joins on the interface, until the end of this value.
  init(of address: IPAddress, on interface: NetworkInterface) throws(NetworkFault) {
    descriptor = socket(AF_INET6, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw .system("socket of a group", errno) }
    // linux/in6.h, struct ipv6_mreq: the group, the interface; IPV6_ADD_MEMBERSHIP is 20.
    let request = Self.group(of: address) + ByteOrder.host(interface.index)
    let code = setsockopt(
      descriptor, Int32(IPPROTO_IPV6), 20, request, socklen_t(request.count))
    guard code == 0 else { throw .system("join the address' group", errno) }
  }

  deinit { close(descriptor) }

  /// ff02::1:ff00:0/104 and the address' last 24 bits.
  static func group(of address: IPAddress) -> [UInt8] {
    [0xff, 0x02] + [UInt8](repeating: 0, count: 9) + [1, 0xff] + address.bytes.suffix(3)
  }
}
