public import Determinism
public import RaftTypes

/// How a node dies.
public enum Death: Hashable, Sendable {
  /// The process alone (SIGKILL): the kernel keeps what was written, synced or not.
  case process
  /// The machine loses power: of what was not synced any sector may be there, missing or torn.
  case power
}

/// One direction between two nodes.
public struct Path: Hashable, Sendable {
  public let from: NodeID
  public let to: NodeID

  public init(from: NodeID, to: NodeID) {
    self.from = from
    self.to = to
  }
}

/// What a sector of a disk holds instead of what was written to it.
public enum Decay: Hashable, Sendable {
  /// Some bits have flipped.
  case rot
  /// What was meant for another sector.
  case misdirected
  /// What stood there before: the write never reached it.
  case stale
  /// It can no longer be read.
  case unreadable
}

/// What an operator does with the membership; who it is about is for the world to choose, which
/// knows who belongs to the cluster.
public enum Churn: CaseIterable, Hashable, Sendable {
  case addVoter, addLearner, promote, demote, remove, replace
}

/// One thing that goes wrong, or something unusual that an operator does.
public enum Fault: Hashable, Sendable {
  /// Dies in the middle of whatever it does, and starts again after that time.
  case crash(NodeID, Death, downFor: TimeSpan)
  /// Frozen like by SIGSTOP: its sockets live on, it does nothing.
  case pause(NodeID, TimeSpan)
  /// Hands over and ends, and starts again after that time.
  case restart(NodeID, downFor: TimeSpan)
  /// Nothing arrives on these paths until the network is healed.
  case cut([Path])
  /// Every cut ends.
  case heal
  /// Nothing leaves on this path for that time; then all of it at once.
  case clog(Path, TimeSpan)
  /// Both connections of a pair break while both ends live.
  case reset(NodeID, NodeID)
  /// Sectors of a disk, chosen so that a good copy of everything stays elsewhere, no longer hold
  /// what was written.
  case decay(NodeID, Decay)
  /// The next write to the disk fails, once.
  case failWrite(NodeID)
  /// The next sync fails, once.
  case failSync(NodeID)
  /// Syncs keep nothing for that time, and say that they did.
  case lie(NodeID, TimeSpan)
  /// Storage takes that much longer for what it does next.
  case stallDisk(NodeID, TimeSpan)
  /// The disk has no free space for that time.
  case fillDisk(NodeID, TimeSpan)
  /// The wall clock jumps; a label on entries, nothing decides by it.
  case jumpWallClock(NodeID, milliseconds: Int64)
  /// An operator asks this node to pass leadership on.
  case transfer(NodeID)
  /// The same, and the node freezes in the middle of it.
  case freezeInTransfer(NodeID, after: TimeSpan, TimeSpan)
  /// An operator asks this node for a snapshot.
  case snapshot(NodeID)
  /// An operator changes who belongs to the cluster.
  case churn(Churn)
}
