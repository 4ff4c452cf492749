package import NetworkTypes

/// What somebody did to the interface or to the address.
package enum NetworkEvent: Hashable, Sendable {
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
  /// To poll(2) for POLLIN; `events()` never blocks.
  package let descriptor: Int32

  /// Hears from now on. Needs no capability.
  package init(for address: IPAddress, on interface: NetworkInterface) throws(NetworkFault) {
    self.address = address
    self.interface = interface
    self.descriptor = -1
  }

  /// What has happened since the last call, oldest first.
  package func events() throws(NetworkFault) -> [NetworkEvent] {
    throw .unsupported("NETLINK_ROUTE")
  }
}
