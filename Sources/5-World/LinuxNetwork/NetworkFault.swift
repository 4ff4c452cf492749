/// Why the kernel's network could not be asked, or said no.
package enum NetworkFault: Error, Hashable, Sendable {
  /// No interface of this name: see `ip link`.
  case noSuchInterface(String)
  /// The interface cannot carry a virtual address that is announced by ARP or ND (it is no
  /// Ethernet): name another.
  case notEthernet(String)
  /// The process lacks this capability (capabilities(7)): start it with it.
  case notPermitted(operation: String, capability: String)
  /// The kernel was built without this, or is too old for it: use a lesser tier.
  case unsupported(String)
  /// The address is configured by somebody else: remove it there, or choose another.
  case addressTaken(interface: String)
  /// The kernel refused with this errno(3): the operation had no effect.
  case refused(operation: String, code: Int32)
  /// The kernel's answer is not what its header promises, or did not come: treat the state as
  /// unknown and undo.
  case unreadable(operation: String)
}
