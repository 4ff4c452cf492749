/// Why the kernel's network could not be asked, or said no.
package enum NetworkFault: Error, Hashable, Sendable {
  /// No interface of this name: see `ip link`.
  case noSuchInterface(String)
}
