/// A snapshot's identity and what it replaces (§7).
public struct SnapshotDescriptor: Hashable, Sendable {
  /// The last entry that the snapshot covers.
  public let position: LogPosition
  /// The leader's time in that entry.
  public let logTime: LogTime
  /// The configuration in force at that entry: the committed one, never of a later entry (pitfall
  /// 24).
  public let membership: Membership
  public let cluster: ClusterID
  /// Hash of the state at that entry.
  public let stateHash: UInt64

  public init(
    position: LogPosition, logTime: LogTime, membership: Membership, cluster: ClusterID,
    stateHash: UInt64
  ) {
    self.position = position
    self.logTime = logTime
    self.membership = membership
    self.cluster = cluster
    self.stateHash = stateHash
  }
}
