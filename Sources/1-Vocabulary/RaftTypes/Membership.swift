public import Determinism

/// A server that the cluster knows, and where it listens.
public struct Member: Hashable, Sendable {
  public let id: NodeID
  /// The disk that the cluster trusts under this id.
  public let incarnation: DiskIncarnation
  /// `host:port` for peers and for clients.
  public let peerAddress: String
  public let clientAddress: String

  public init(
    id: NodeID, incarnation: DiskIncarnation, peerAddress: String, clientAddress: String
  ) {
    self.id = id
    self.incarnation = incarnation
    self.peerAddress = peerAddress
    self.clientAddress = clientAddress
  }
}

/// Who belongs to the cluster and who decides (§6; dissertation §4). A value: it lives in the log
/// and in snapshots and nowhere else (pitfall 30).
///
/// Invariants: every voter, outgoing voter and learner is a member; a learner votes in neither
/// half; `voters` is never empty.
public struct Membership: Hashable, Sendable {
  /// Every server that receives the log.
  public let members: SortedMap<NodeID, Member>
  /// The deciding set; in a joint configuration the incoming half (Cnew). Ascending.
  public let voters: [NodeID]
  /// The outgoing half (Cold) of a joint configuration, nil outside one. Ascending.
  public let outgoing: [NodeID]?

  /// - Precondition: the invariants above.
  public init(members: SortedMap<NodeID, Member>, voters: [NodeID], outgoing: [NodeID]? = nil) {
    self.members = members
    self.voters = voters.sorted()
    self.outgoing = outgoing?.sorted()
    precondition(isWellFormed, "Membership: \(self)")
  }

  /// The value from outside, checked: nil when it breaks an invariant.
  public init?(
    checking members: SortedMap<NodeID, Member>, voters: [NodeID], outgoing: [NodeID]?
  ) {
    self.members = members
    self.voters = voters.sorted()
    self.outgoing = outgoing?.sorted()
    guard isWellFormed else { return nil }
  }

  /// Everyone a voter, no joint half: what a cluster is born with.
  public init(voters: [Member]) {
    self.init(
      members: SortedMap(voters.map { ($0.id, $0) }), voters: voters.map(\.id))
  }

  public var isJoint: Bool { outgoing != nil }

  /// Members that receive the log and decide nothing, ascending.
  public var learners: [NodeID] { members.keys.filter { !isVoter($0) } }

  /// Whether `id` decides in either half.
  public func isVoter(_ id: NodeID) -> Bool {
    voters.contains(id) || (outgoing?.contains(id) ?? false)
  }

  private var isWellFormed: Bool {
    let halves = [voters, outgoing ?? []]
    return !voters.isEmpty && (outgoing.map { !$0.isEmpty } ?? true)
      && halves.allSatisfy { half in
        zip(half, half.dropFirst()).allSatisfy { $0 < $1 }
          && half.allSatisfy { members[$0] != nil }
      }
      && members.allSatisfy { $0.0 == $0.1.id }
  }
}
