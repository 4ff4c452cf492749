package import NetworkTypes
package import RaftTypes

/// The first message of a kvnode: who it is, and what it may ever ask for.
package struct GuardHello: Hashable, Sendable {
  /// One address and the interface that it belongs on.
  package struct Place: Hashable, Sendable {
    /// Held as /32 or /128, whatever networks the interface has.
    package let address: IPAddress
    /// The interface's name, as `ip link` shows it.
    package let interface: String

    package init(address: IPAddress, interface: String) {
      self.address = address
      self.interface = interface
    }

    /// Whether the kernel would take it for a name (dev_valid_name of net/core/dev.c), and people
    /// can read it.
    package static func isInterfaceName(_ name: String) -> Bool {
      (1...Limits.interfaceBytes).contains(name.utf8.count) && name != "." && name != ".."
        && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x2F && $0 != 0x3A }
    }
  }

  /// Terms are compared within one cluster: a node that is moved to another one begins anew.
  package let cluster: ClusterID
  package let node: NodeID
  /// In the order in which the guard reports them; claimed and released together.
  package let places: [Place]
  /// N: how long the kernel keeps an address that nobody renews, in seconds.
  package let lifetimeSeconds: UInt8
  /// The port that clients use at these addresses.
  package let port: UInt16

  package init(
    cluster: ClusterID, node: NodeID, places: [Place], lifetimeSeconds: UInt8, port: UInt16
  ) {
    precondition(
      !places.isEmpty && places.count <= Limits.addresses
        && Limits.lifetimeSeconds.contains(lifetimeSeconds),
      "GuardHello: \(places.count) addresses, \(lifetimeSeconds) s")
    self.cluster = cluster
    self.node = node
    self.places = places
    self.lifetimeSeconds = lifetimeSeconds
    self.port = port
  }
}
