import Glibc
package import NetworkTypes

/// The virtual address on an interface, with a lifetime that the kernel ends: the coarse net under
/// the gate, and what makes this host the address' end point at all.
///
/// Always a host address (/32 or /128): as the first /24 of an interface its expiry would take the
/// node's own address along (promote_secondaries). Owned by one thread.
package final class AddressLease {
  package let address: IPAddress
  package let interface: NetworkInterface

  private let socket: NetlinkSocket
  /// Nil for IPv4.
  private let group: SolicitedNodeGroup?
  private var isAdded = false

  /// Nothing is configured yet.
  package init(_ address: IPAddress, on interface: NetworkInterface) throws(NetworkFault) {
    self.address = address
    self.interface = interface
    socket = try NetlinkSocket(.route)
    group =
      switch address.family {
      case .v4: nil
      case .v6: try SolicitedNodeGroup(of: address, on: interface)
      }
  }

  /// Adds the address, or gives it `seconds` (at least 2) more from now. The kernel counts whole
  /// seconds and is up to 0.7 s late. Throws `addressTaken` when somebody else configured it.
  package func renew(seconds: UInt32) throws(NetworkFault) {
    precondition(seconds >= 2, "a lifetime of \(seconds) s ends before it can be renewed")
    if !isAdded { try refuseStrangers() }
    try socket.request(
      [RouteMessages.setAddress(address, on: interface, seconds: seconds)], "add the address")
    try awaitArrival()
    isAdded = true
  }

  /// RTM_NEWADDR for IPv6 returns before the kernel treats the address as its own: a client's first
  /// packet would be lost, and repeated only after a second. It takes some milliseconds, and none
  /// when the address was there; after `Limits.arrivalLooks` it counts as there.
  private func awaitArrival() throws(NetworkFault) {
    guard address.family == .v6 else { return }
    for _ in 0..<Limits.arrivalLooks {
      do throws(NetworkFault) {
        let route = try socket.ask(RouteMessages.route(to: address), "look for the address' route")
        if RouteMessages.isLocal(route) { return }
      } catch .refused(_, ENETUNREACH), .refused(_, EHOSTUNREACH) {
        // No route at all, so far.
      }
      usleep(Limits.arrivalPause)
    }
  }

  /// Takes the address away; that it is gone already is success.
  package func remove() throws(NetworkFault) {
    isAdded = false
    try Self.remove(address, index: interface.index, by: socket)
  }

  /// Removes what an earlier process of ours left of this address, on whatever interface: true when
  /// there was something. Call it before `Gate.removeLeftovers`: without its gate an address is
  /// open.
  @discardableResult
  package static func removeLeftovers(of address: IPAddress) throws(NetworkFault) -> Bool {
    let socket = try NetlinkSocket(.route)
    let leftovers = try ConfiguredAddress.all(of: address, by: socket).filter(\.isOurs)
    for leftover in leftovers {
      try remove(address, index: leftover.interface, by: socket)
    }
    return !leftovers.isEmpty
  }

  /// A replacing RTM_NEWADDR would make a stranger's address mortal, or add ours beside it.
  private func refuseStrangers() throws(NetworkFault) {
    let strangers = try ConfiguredAddress.all(of: address, by: socket).filter {
      !$0.isOurs || $0.interface != interface.index
    }
    if let stranger = strangers.first { throw .addressTaken(interface: stranger.interface) }
  }

  private static func remove(
    _ address: IPAddress, index: Int32, by socket: NetlinkSocket
  ) throws(NetworkFault) {
    do {
      try socket.request([RouteMessages.removeAddress(address, index: index)], "remove the address")
    } catch .refused(_, EADDRNOTAVAIL), .refused(_, ENODEV) {
      // Run out, or taken away together with its interface.
    }
  }
}
