public import ClientProtocol
public import RaftTypes

/// Who belongs to the cluster, as its leader sees it; without a leader, as the node that was asked
/// does.
public struct MembershipAnswer: Hashable, Sendable {
  /// One member.
  public struct Member: Hashable, Sendable {
    public let id: NodeID
    public let standing: Standing
    /// `host:port` for peers and for clients.
    public let peerAddress: String
    public let clientAddress: String
    /// The disk that the cluster trusts under this id.
    public let disk: DiskIncarnation
    /// Entries of the leader's log that it does not hold durably yet; nil without a leader.
    public let lag: UInt64?
    /// Whose place it takes once it has caught up.
    public let replaces: NodeID?
  }

  /// Ascending by id.
  public let members: [Member]
  /// A change is between its two configurations.
  public let isJoint: Bool
  /// Whether this configuration is chosen, or still on its way.
  public let isCommitted: Bool
  public let leader: NodeID?

  /// The member with this id.
  public subscript(id: NodeID) -> Member? { members.first { $0.id == id } }
}

/// What a node says of itself, without asking anybody.
public struct NodeAnswer: Hashable, Sendable {
  public let id: NodeID
  /// The name of its disk, under which a cluster takes it in.
  public let disk: DiskIncarnation
  /// Nil: the disk is empty, and the node waits for a cluster.
  public let cluster: ClusterID?
  /// `host:port` where it listens for peers.
  public let peerAddress: String
}

/// What a new member is to become.
public enum MemberAim: Hashable, Sendable {
  /// A voter, once it has caught up.
  case voter
  /// It stays a learner.
  case learner
  /// A voter, in the step in which this one leaves.
  case replacement(of: NodeID)
}
