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
  /// The connections on which a guard says this node's last word are others than before: see
  /// `PeerHub.guardedSockets`.
  func peerHubChangedGuardedSockets(_ hub: PeerHub)
  /// A connection of a pair ended; the hub dials again by itself.
  func peerHub(_ hub: PeerHub, disconnectedFrom peer: NodeID, _ loss: LinkLoss)
  /// `peer` cannot be reached; told once for each new reason.
  func peerHub(_ hub: PeerHub, cannotReach peer: NodeID, _ failure: LinkFailure)
  /// `peer` answered, and it is on this disk, whether that is the one it was expected on or not;
  /// told before what follows from it.
  func peerHub(_ hub: PeerHub, met peer: NodeID, on disk: DiskIncarnation)
  /// To a hub that belongs to no cluster only: a member of `cluster`, which trusts this disk, has
  /// begun to talk. The frame is dropped; it will be sent again.
  func peerHub(_ hub: PeerHub, takenInBy cluster: ClusterID)
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
    case .refused(let refusal): "it refuses this node: \(refusal)"
    case .unsuitable(.replacedDisk(let disk)):
      "it is not on disk \(disk), which the cluster trusts: nothing is sent to it until the leader "
        + "has taken its disk in"
    case .unsuitable(let refusal): "it is not who was meant: \(refusal)"
    case .unreachable(let reason): "it cannot be reached at \(reason)"
    }
  }
}
