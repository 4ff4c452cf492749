import Glibc
package import NetworkTypes

/// A network interface as it was when it was looked up.
package struct NetworkInterface: Hashable, Sendable {
  /// What the kernel calls it; stays the same when the interface is renamed.
  package let index: Int32
  package let name: String
  /// Six bytes: other links carry no ARP and no ND.
  package let hardwareAddress: HardwareAddress
  /// Switched on by the administrator (IFF_UP).
  package let isUp: Bool
  /// The cable, or the other end of the pair, is there (IFF_LOWER_UP).
  package let hasCarrier: Bool

  /// Looks the interface up. Throws `noSuchInterface` or `notEthernet`.
  package static func named(_ name: String) throws(NetworkFault) -> NetworkInterface {
    let index = if_nametoindex(name)
    guard index != 0 else { throw .noSuchInterface(name) }
    let socket = try NetlinkSocket(.route)
    let replies: [NetlinkReply]
    replies = try socket.dump(RouteMessages.listLinks(), "list interfaces")
    guard let link = replies.lazy.compactMap(LinkState.init).first(where: { $0.index == index })
    else { throw .noSuchInterface(name) }
    guard let hardwareAddress = link.hardwareAddress else { throw .notEthernet(name) }
    return NetworkInterface(
      index: Int32(index), name: name, hardwareAddress: hardwareAddress, isUp: link.isUp,
      hasCarrier: link.hasCarrier)
  }
}
