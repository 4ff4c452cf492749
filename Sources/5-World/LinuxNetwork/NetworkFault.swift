/// Why the kernel's network could not be asked, or said no.
package enum NetworkFault: Error, Hashable, Sendable {
  /// No interface of this name: see `ip link`.
  case noSuchInterface(String)
  /// The interface cannot carry a virtual address that is announced by ARP or ND (it is no
  /// Ethernet): name another.
  case notEthernet(String)
  /// The process lacks a capability (capabilities(7)), CAP_NET_RAW for packets and CAP_NET_ADMIN
  /// for all else: start it with both.
  case notPermitted(operation: String)
  /// The kernel was built without this, or is too old for it: use a lesser tier.
  case unsupported(String)
  /// The address is on the interface with this index (`ip -o address`), and not by us: remove it
  /// there, or choose another.
  case addressTaken(interface: Int32)
  /// The kernel refused with this errno(3): the operation had no effect.
  case refused(operation: String, code: Int32)
  /// The kernel's answer is not what its header promises, or did not come: treat the state as
  /// unknown and undo.
  case unreadable(operation: String)
}
