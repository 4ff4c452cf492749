package import Determinism
package import NetworkTypes

/// The lease in milliseconds, enforced by the kernel: while the gate is shut no packet, ARP
/// question or neighbour solicitation for the address enters by the interface, and none from it
/// leaves. Owned by one thread.
package final class Gate {
  package let address: IPAddress
  package let interface: NetworkInterface
  /// False before kernel 5.16: what this host sends from the address is then not held back.
  package private(set) var guardsEgress: Bool

  /// Nothing is installed yet.
  package init(for address: IPAddress, on interface: NetworkInterface) throws(NetworkFault) {
    self.address = address
    self.interface = interface
    self.guardsEgress = false
  }

  /// Installs the gate, shut, in place of whatever an earlier process left of it; in one step, so
  /// that there is no instant without a gate. Call it before the address is added.
  package func install() throws(NetworkFault) {
    throw .unsupported("nf_tables")
  }

  /// Opens the gate, or keeps it open, until shortly before `deadline`. False when that is too
  /// close, or had passed when the kernel had answered: the gate is shut then.
  package func open(until deadline: Instant) throws(NetworkFault) -> Bool {
    throw .unsupported("nf_tables")
  }

  /// Shuts the gate now. That it is shut already is success.
  package func shut() throws(NetworkFault) {
    throw .unsupported("nf_tables")
  }

  /// Removes the gate; the address must be gone. That there is none is success.
  package func uninstall() throws(NetworkFault) {
    throw .unsupported("nf_tables")
  }

  /// Removes the gate of an earlier process: true when there was one.
  @discardableResult
  package static func removeLeftovers(of address: IPAddress) throws(NetworkFault) -> Bool {
    throw .unsupported("nf_tables")
  }
}
