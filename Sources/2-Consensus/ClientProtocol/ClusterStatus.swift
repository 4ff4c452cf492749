public import RaftTypes

/// The cluster as one node sees it: what `kvctl status` shows.
public struct ClusterStatus: Hashable, Sendable {
  public var cluster: ClusterID
  public var term: Term
  public var leader: NodeID?
  public var revision: Revision
  public var vip: VirtualAddressStatus?
  /// Ascending by id; the answering node among them.
  public var nodes: [NodeStatus]
  /// How many more voters may fail before writes stop.
  public var canLose: Int

  public init(
    cluster: ClusterID, term: Term, leader: NodeID?, revision: Revision,
    vip: VirtualAddressStatus?, nodes: [NodeStatus], canLose: Int
  ) {
    self.cluster = cluster
    self.term = term
    self.leader = leader
    self.revision = revision
    self.vip = vip
    self.nodes = nodes
    self.canLose = canLose
  }
}

/// The cluster's virtual address and who holds it.
public struct VirtualAddressStatus: Hashable, Sendable {
  /// `address:port`.
  public var address: String
  public var holder: NodeID?

  public init(address: String, holder: NodeID?) {
    self.address = address
    self.holder = holder
  }
}

/// One node, as it reported itself; `reachable` false: as it was last known, numbers 0 when never.
public struct NodeStatus: Hashable, Sendable {
  /// What the node does in the cluster; the raw value is its name in JSON.
  public enum Role: String, CaseIterable, Hashable, Sendable {
    case follower, preCandidate = "pre_candidate", candidate, leader, learner, unknown
  }

  public var id: NodeID
  public var pid: UInt32
  public var clientAddress: String
  public var peerAddress: String
  public var role: Role
  /// As the node that puts a cluster's status together sees it.
  public var standing: Standing
  public var term: Term
  public var lastIndex: LogIndex
  public var commitIndex: LogIndex
  public var appliedIndex: LogIndex
  public var snapshotIndex: LogIndex
  /// Equal on all nodes of equal applied index.
  public var stateHash: UInt64
  public var revision: Revision
  public var keys: UInt64
  /// Bytes of the data directory's log segments and snapshots.
  public var diskBytes: UInt64
  public var reachable: Bool

  public init(
    id: NodeID, pid: UInt32, clientAddress: String, peerAddress: String, role: Role, term: Term,
    lastIndex: LogIndex, commitIndex: LogIndex, appliedIndex: LogIndex, snapshotIndex: LogIndex,
    stateHash: UInt64, revision: Revision, keys: UInt64, diskBytes: UInt64, reachable: Bool,
    standing: Standing = .voter
  ) {
    self.id = id
    self.pid = pid
    self.clientAddress = clientAddress
    self.peerAddress = peerAddress
    self.role = role
    self.standing = standing
    self.term = term
    self.lastIndex = lastIndex
    self.commitIndex = commitIndex
    self.appliedIndex = appliedIndex
    self.snapshotIndex = snapshotIndex
    self.stateHash = stateHash
    self.revision = revision
    self.keys = keys
    self.diskBytes = diskBytes
    self.reachable = reachable
  }
}
