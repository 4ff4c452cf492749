package import KeyValueClient

/// A segment on one machine as it is meant to be: names and addresses, pure.
///
/// Every host is a network namespace with two cables: `eth0` into the public bridge, where clients
/// and the virtual address are, `eth1` into the private one, where the nodes speak with each other.
/// The bridges stand in a namespace of their own, so that nothing of the lab is on the machine's
/// network and taking the namespaces away takes everything.
package struct LabPlan: Equatable, Sendable {
  /// Node K runs in host K; from 1.
  package let hosts: [Int]
  /// kvnode's timing profile: `lan` or `lan-fast`.
  package let profile: String
  /// Whether the nodes hold the virtual address; without it the lab is a cluster without one.
  package let hasAddress: Bool
  /// Whether the guards break their promise, so that there will be two holders to be seen.
  package let isNegativeControl: Bool

  /// Nil unless there are 1 to 9 hosts: their addresses end in one digit.
  package init?(
    hosts: Int, profile: String, hasAddress: Bool = true, isNegativeControl: Bool = false
  ) {
    guard (1...9).contains(hosts), Self.profiles.contains(profile) else { return nil }
    self.hosts = Array(1...hosts)
    self.profile = profile
    self.hasAddress = hasAddress
    self.isNegativeControl = isNegativeControl
  }

  package static let profiles = ["lan", "lan-fast"]
  /// Where clients ask from.
  package static let client = "quoin-cl"
  /// Where the segment is watched from: a host of its own, that neither serves nor asks.
  package static let observer = "quoin-ob"
  /// Where the bridges are, and the far ends of all cables.
  package static let segment = "quoin-sw"
  package static let publicBridge = "public"
  package static let privateBridge = "private"

  package static func host(_ number: Int) -> String { "quoin-h\(number)" }
  package static func publicAddress(_ host: Int) -> String { "10.77.0.1\(host)" }
  package static func privateAddress(_ host: Int) -> String { "10.78.0.1\(host)" }
  /// Of the host's public interface: 02, then nothing, then the network, then the host.
  package static func hardwareAddress(_ host: Int) -> String { "02:00:0a:4d:00:1\(host)" }
  /// The end of a host's public cable at the bridge.
  package static func publicPort(_ host: Int) -> String { "pub-h\(host)" }
  /// The end of a host's private cable at the bridge.
  package static func privatePort(_ host: Int) -> String { "priv-h\(host)" }

  /// The address that moves; clients and the cluster's members are answered on `clientPort`.
  package static let virtualAddress = "10.77.0.100"
  package static let clientPort: UInt16 = 7379
  package static let peerPort: UInt16 = 7380

  /// Where clients of the cluster ask: at its address, or at its first node when it has none.
  package var door: Endpoint {
    Endpoint(
      host: hasAddress ? Self.virtualAddress : Self.publicAddress(1), port: Self.clientPort)
  }

  package static func node(_ host: Int) -> Endpoint {
    Endpoint(host: publicAddress(host), port: clientPort)
  }

  var namespaces: [String] {
    [Self.segment, Self.client, Self.observer] + hosts.map(Self.host)
  }

  /// Every namespace that any lab may have.
  static var allNamespaces: [String] {
    LabPlan(hosts: 9, profile: profiles[0])?.namespaces ?? []
  }
}

extension LabPlan {
  /// As it stands in the lab's folder.
  var text: String {
    "\(hosts.count) \(profile) \(hasAddress ? "address" : "none") "
      + (isNegativeControl ? "broken\n" : "honest\n")
  }

  init?(text: String) {
    let words = text.split { $0.isWhitespace }.map(String.init)
    guard words.count == 4, let count = Int(words[0]) else { return nil }
    self.init(
      hosts: count, profile: words[1], hasAddress: words[2] == "address",
      isNegativeControl: words[3] == "broken")
  }
}
