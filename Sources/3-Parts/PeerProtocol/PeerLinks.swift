package import Determinism
package import RaftTypes

/// What a node needs of its network: the port that sockets, or a simulator, fill.
package protocol PeerLinks {
  /// Whom to keep connections to, from the membership at index `configuration`; the node itself is
  /// skipped.
  mutating func setPeers(_ members: SortedMap<NodeID, Member>, configuration: LogIndex)

  /// Collects `frame` for `peer` until the next `flush`.
  /// - Returns: false when it will certainly not arrive: no connection, or the outbox is full. Raft
  ///   frames need no reaction; a refused call was not applied.
  @discardableResult
  mutating func send(_ frame: PeerFrame, to peer: NodeID) -> Bool

  /// Sends what was collected: once at the end of a turn of the loop.
  mutating func flush()
}

/// What became of a connection that ended.
package struct LinkLoss: Hashable, Sendable {
  /// Which of a pair's connections ended.
  package enum Direction: Hashable, Sendable {
    /// The one that this node dialed: what it sent may or may not have arrived.
    case outgoing
    /// The one that the peer dialed: the peer will send nothing more on it.
    case incoming
  }

  package let direction: Direction
  /// The peer's kernel ended it, as it does at once when a process dies; false for a silent
  /// network, and for connections that this node closed.
  package let reset: Bool
  /// Calls that had not left this node, in order: certainly not applied. The outcome of every other
  /// call under way to this peer is unknown (pitfall 60).
  package let unsent: [PeerFrame]

  package init(direction: Direction, reset: Bool, unsent: [PeerFrame]) {
    self.direction = direction
    self.reset = reset
    self.unsent = unsent
  }
}
