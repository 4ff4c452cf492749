package import PeerProtocol
package import RaftTypes

/// What a hub tells its owner; everything on the hub's loop, and about the messages connections
/// only.
package protocol PeerHubDelegate: AnyObject {
  /// In the order in which `peer` sent them.
  func peerHub(_ hub: PeerHub, received frame: PeerFrame, from peer: NodeID)
  /// Everything that had arrived on one connection was delivered: step it together now.
  func peerHubFinishedReading(_ hub: PeerHub)
  /// Frames to `peer` will leave from now on.
  func peerHub(_ hub: PeerHub, connectedTo peer: NodeID)
  /// A connection of a pair ended; the hub dials again by itself.
  func peerHub(_ hub: PeerHub, disconnectedFrom peer: NodeID, _ loss: LinkLoss)
  /// `peer` cannot be reached; told once for each new reason.
  func peerHub(_ hub: PeerHub, cannotReach peer: NodeID, _ failure: LinkFailure)
}

/// Why there is no connection to a peer.
package enum LinkFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The peer refuses this node; retried slowly, but only an operator can change it.
  case refused(Handshake.Refusal)
  /// Who answered is not whom this node's membership means.
  case unsuitable(Handshake.Refusal)
  /// Nobody answers there, or not as a peer does.
  case unreachable(String)

  package var description: String {
    switch self {
    case .refused(let refusal): "the peer refuses this node: \(refusal)"
    case .unsuitable(let refusal): "the peer is not acceptable: \(refusal)"
    case .unreachable(let reason): "unreachable: \(reason)"
    }
  }
}
