package import NetworkTypes

/// The virtual address on an interface, with a lifetime that the kernel ends: the coarse net under
/// the gate, and what makes this host the address' end point at all.
///
/// Always a host address (/32 or /128): as the first /24 of an interface its expiry would take the
/// node's own address along (promote_secondaries). Owned by one thread.
package final class AddressLease {
  package let address: IPAddress
  package let interface: NetworkInterface

  /// Nothing is configured yet.
  package init(_ address: IPAddress, on interface: NetworkInterface) throws(NetworkFault) {
    self.address = address
    self.interface = interface
  }

  /// Adds the address, or gives it `seconds` (at least 2) more from now. The kernel counts whole
  /// seconds and is up to 0.7 s late. Throws `addressTaken` when somebody else configured it.
  package func renew(seconds: UInt32) throws(NetworkFault) {
    throw .unsupported("RTM_NEWADDR")
  }

  /// Takes the address away; that it is gone already is success.
  package func remove() throws(NetworkFault) {
    throw .unsupported("RTM_DELADDR")
  }

  /// Removes what an earlier process of ours left of this address, on whatever interface: true when
  /// there was something. Call it before `Gate.removeLeftovers`: without its gate an address is
  /// open.
  @discardableResult
  package static func removeLeftovers(of address: IPAddress) throws(NetworkFault) -> Bool {
    throw .unsupported("RTM_GETADDR")
  }
}
