import Glibc
package import NetworkTypes

/// What somebody did to the interface or to the address.
package enum NetworkEvent: Hashable, Sendable {
  /// The link went down (false) or came up again; only changes are told. The kernel collects such
  /// news for up to a second (linkwatch).
  case carrier(Bool)
  /// The interface was removed, and everything on it with it.
  case interfaceGone
  /// The address is no longer on the interface: it ran out, or somebody took it away; that may have
  /// been we ourselves.
  case addressRemoved
  /// Somebody else put the address on some interface of this host.
  case addressTaken(interface: Int32)
  /// The kernel had more to say than there was room for: look at everything again.
  case overrun
}

/// Hears of changes to one interface and one address (rtnetlink(7)). Owned by one thread.
package final class NetworkWatch {
  package let address: IPAddress
  package let interface: NetworkInterface
  private let socket: NetlinkSocket
  private let questions: NetlinkSocket
  private var hasCarrier: Bool
  private var hasOverrun = false

  /// Hears from now on. Needs no capability.
  package init(for address: IPAddress, on interface: NetworkInterface) throws(NetworkFault) {
    self.address = address
    self.interface = interface
    let links: UInt32 = 0x1  // RTMGRP_LINK
    let addresses: UInt32 =
      switch address.family {
      case .v4: 0x10  // RTMGRP_IPV4_IFADDR
      case .v6: 0x100  // RTMGRP_IPV6_IFADDR
      }
    socket = try NetlinkSocket(.route, groups: links | addresses)
    questions = try NetlinkSocket(.route)
    // What changed before the socket listened would never be told.
    guard let link = try Self.link(interface.index, by: questions) else {
      throw .noSuchInterface(interface.name)
    }
    hasCarrier = link.isUp && link.hasCarrier
  }

  private static func link(
    _ index: Int32, by socket: NetlinkSocket
  ) throws(NetworkFault) -> LinkState? {
    try LinkState.all(by: socket).first { $0.index == index }
  }

  /// To poll(2) for POLLIN; `events()` never blocks.
  package var descriptor: Int32 { socket.descriptor }

  /// What has happened since the last call, oldest first. Renewals of ours are no events.
  package func events() throws(NetworkFault) -> [NetworkEvent] {
    var events: [NetworkEvent] = []
    for _ in 0..<Limits.mostNewsAtOnce {
      do throws(NetworkFault) {
        guard let replies = try socket.receive("watch the interface") else {
          if hasOverrun { events.append(try catchUp()) }
          break
        }
        // After news were lost the rest of them mean nothing.
        if !hasOverrun { events += replies.compactMap(event) }
      } catch .refused(_, ENOBUFS), .unreadable {
        hasOverrun = true
      }
    }
    return events
  }

  /// The kernel drops news, silently after the first, until all that it had kept has been read
  /// (netlink_overrun()): only then does a look around miss nothing.
  private func catchUp() throws(NetworkFault) -> NetworkEvent {
    hasOverrun = false
    let link = try Self.link(interface.index, by: questions)
    hasCarrier = link.map { $0.isUp && $0.hasCarrier } ?? false
    return .overrun
  }

  private func event(_ reply: NetlinkReply) -> NetworkEvent? {
    if let link = LinkState(reply) {
      guard link.index == interface.index else { return nil }
      if reply.type == LinkState.deletedLink { return link.isBridgePort ? nil : .interfaceGone }
      // The kernel tells of every change to a link; most leave the carrier as it was.
      let hadCarrier = hasCarrier
      hasCarrier = link.isUp && link.hasCarrier
      return hasCarrier == hadCarrier ? nil : .carrier(hasCarrier)
    }
    guard let entry = ConfiguredAddress(reply), entry.address == address else { return nil }
    if reply.type == ConfiguredAddress.deletedAddress {
      return entry.interface == interface.index && entry.isHost ? .addressRemoved : nil
    }
    let isLease = entry.isOurs && entry.interface == interface.index
    return isLease ? nil : .addressTaken(interface: entry.interface)
  }
}
