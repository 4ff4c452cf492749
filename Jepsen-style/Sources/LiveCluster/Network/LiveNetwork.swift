package import Faults
package import RaftTypes

/// What lies between the nodes, and lets itself be broken.
package protocol LiveNetwork: Sendable {
  /// What kinds of trouble it can make, so that the others are never claimed.
  static var abilities: [Trouble] { get }
  /// What happens on `path` from now on.
  func set(_ trouble: LinkTrouble, on path: Path) throws(LiveFailure)
  /// What the path did because of its troubles, since the beginning.
  func effects(on path: Path) throws(LiveFailure) -> LinkEffects
  /// Where a node listens for its peers, and where the others believe that it does.
  func peerAddress(_ node: NodeID) -> (listens: String, dialed: String)
  /// Where clients find a node.
  func clientAddress(_ node: NodeID) -> (host: String, port: UInt16)
  /// The words before a node's command line.
  func wrapper(_ node: NodeID) -> [String]
  /// Takes it down.
  func close()
}

/// Kinds of trouble on a link.
package enum Trouble: String, CaseIterable, Sendable {
  case cut, delay, loss, duplication, reordering, bandwidth
}

/// What was done to the traffic of one path: frames for the proxy, packets for namespaces.
package struct LinkEffects: Hashable, Sendable {
  package var cut: UInt64 = 0
  package var delayed: UInt64 = 0
  package var lost: UInt64 = 0
  package var duplicated: UInt64 = 0
  package var reordered: UInt64 = 0
  package var throttled: UInt64 = 0

  package init() {}

  package static func + (a: LinkEffects, b: LinkEffects) -> LinkEffects {
    var sum = a
    sum.cut += b.cut
    sum.delayed += b.delayed
    sum.lost += b.lost
    sum.duplicated += b.duplicated
    sum.reordered += b.reordered
    sum.throttled += b.throttled
    return sum
  }

  package static func - (a: LinkEffects, b: LinkEffects) -> LinkEffects {
    var rest = a
    rest.cut -= b.cut
    rest.delayed -= b.delayed
    rest.lost -= b.lost
    rest.duplicated -= b.duplicated
    rest.reordered -= b.reordered
    rest.throttled -= b.throttled
    return rest
  }

  /// How many of that kind.
  package subscript(_ trouble: Trouble) -> UInt64 {
    switch trouble {
    case .cut: cut
    case .delay: delayed
    case .loss: lost
    case .duplication: duplicated
    case .reordering: reordered
    case .bandwidth: throttled
    }
  }
}
