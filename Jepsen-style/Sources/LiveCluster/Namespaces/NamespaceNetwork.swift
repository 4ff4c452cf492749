package import Faults
package import RaftTypes
internal import Synchronization

/// A network namespace for each node, joined by a bridge; troubles are packet rules within them.
///
/// It stands in a private namespace of the harness (`PrivateWorld`): no packet leaves it, and the
/// kernel takes all of it down when the last process in it is gone. The addresses are those that
/// RFC 2544 sets aside for tests.
package final class NamespaceNetwork: LiveNetwork {
  private let nodes: [NodeID]
  private let troubles = Mutex<[Path: LinkTrouble]>([:])

  package static let abilities: [Trouble] = [.cut, .loss, .bandwidth]

  /// Why this machine cannot do it; nil when it can.
  package static var obstacle: String? {
    guard PrivateWorld.isPossible else { return "only root may make network namespaces" }
    let missing = ["ip", "nft", "nsenter", "unshare", "mount"].filter { !Command.exists($0) }
    guard missing.isEmpty else {
      return "missing programs: \(missing.joined(separator: ", ")) "
        + "(Debian: iproute2, nftables, util-linux)"
    }
    return nil
  }

  package init(_ nodes: [NodeID]) throws(LiveFailure) {
    self.nodes = nodes
    guard PrivateWorld.isInside else {
      throw LiveFailure("namespaces are made in a private world only: start through faultlab live")
    }
    try Folder.make("/run/netns")
    _ = try Command.run(["mount", "-t", "tmpfs", "qlive", "/run/netns"])
    _ = try Command.run(["ip", "link", "set", "lo", "up"])
    _ = try Command.run(["ip", "link", "add", "qlive-br", "type", "bridge"])
    _ = try Command.run(["ip", "address", "add", "198.18.0.254/24", "dev", "qlive-br"])
    _ = try Command.run(["ip", "link", "set", "qlive-br", "up"])
    for node in nodes { try connect(node) }
  }

  private func connect(_ node: NodeID) throws(LiveFailure) {
    let name = Self.name(node)
    let port = "qlive-p\(node.number)"
    let inside = ["ip", "-n", name]
    _ = try Command.run(["ip", "netns", "add", name])
    _ = try Command.run(
      ["ip", "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", name])
    _ = try Command.run(["ip", "link", "set", port, "master", "qlive-br", "up"])
    _ = try Command.run(inside + ["address", "add", Self.host(node) + "/24", "dev", "eth0"])
    _ = try Command.run(inside + ["link", "set", "eth0", "up"])
    _ = try Command.run(inside + ["link", "set", "lo", "up"])
    try apply(at: node)
  }

  package func set(_ trouble: LinkTrouble, on path: Path) throws(LiveFailure) {
    troubles.withLock { $0[path] = trouble }
    try apply(at: path.to)
  }

  private func apply(at node: NodeID) throws(LiveFailure) {
    let sources = troubles.withLock { troubles in
      nodes.filter { $0 != node }.map { other in
        (other, Self.host(other), troubles[Path(from: other, to: node)] ?? .none)
      }
    }
    _ = try Command.run(
      Self.enter(node) + ["nft", "-f", "/dev/stdin"], input: PacketRules.script(sources))
  }

  package func effects(on path: Path) throws(LiveFailure) -> LinkEffects {
    let listing = try Command.run(
      Self.enter(path.to) + ["nft", "list", "counters", "table", "inet", PacketRules.table])
    let packets = PacketRules.packets(listing)
    var effects = LinkEffects()
    effects.cut = packets["cut\(path.from.number)"] ?? 0
    effects.lost = packets["loss\(path.from.number)"] ?? 0
    effects.throttled = packets["rate\(path.from.number)"] ?? 0
    return effects
  }

  package func peerAddress(_ node: NodeID) -> (listens: String, dialed: String) {
    let address = "\(Self.host(node)):21100"
    return (address, address)
  }

  package func clientAddress(_ node: NodeID) -> (host: String, port: UInt16) {
    (Self.host(node), 21000)
  }

  package func wrapper(_ node: NodeID) -> [String] { Self.enter(node) }

  package func close() {}

  private static func name(_ node: NodeID) -> String { "qlive-\(node.number)" }
  private static func host(_ node: NodeID) -> String { "198.18.0.\(node.number)" }
  // Becomes the program that follows, in the same process.
  private static func enter(_ node: NodeID) -> [String] {
    ["nsenter", "--net=/run/netns/\(name(node))"]
  }
}
