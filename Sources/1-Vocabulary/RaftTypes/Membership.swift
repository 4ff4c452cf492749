public import Determinism

/// A server that the cluster knows, and where it listens.
public struct Member: Hashable, Sendable {
  public let id: NodeID
  /// The disk that the cluster trusts under this id.
  public let incarnation: DiskIncarnation
  /// `host:port` for peers and for clients.
  public let peerAddress: String
  public let clientAddress: String
  /// What is to become of it.
  public let prospect: Prospect

  public init(
    id: NodeID, incarnation: DiskIncarnation, peerAddress: String, clientAddress: String,
    prospect: Prospect = .none
  ) {
    self.id = id
    self.incarnation = incarnation
    self.peerAddress = peerAddress
    self.clientAddress = clientAddress
    self.prospect = prospect
  }

  /// The same server on the same disk, with another prospect.
  public func with(_ prospect: Prospect) -> Member {
    Member(
      id: id, incarnation: incarnation, peerAddress: peerAddress, clientAddress: clientAddress,
      prospect: prospect)
  }

  /// The same server on another disk.
  public func on(_ incarnation: DiskIncarnation) -> Member {
    Member(
      id: id, incarnation: incarnation, peerAddress: peerAddress, clientAddress: clientAddress,
      prospect: prospect)
  }
}

/// What is to become of a member. It stands in the configuration, so that the next leader goes on
/// where one left off.
public enum Prospect: Hashable, Sendable {
  /// It stays what it is.
  case none
  /// A new learner: a voter once it has caught up, in place of `replacing` if that names one; it
  /// leaves again when it cannot (dissertation §4.2.1).
  case trial(replacing: NodeID?)
  /// A learner that becomes a voter whenever it catches up, however long that takes: an operator
  /// wants it, or it was a voter and lost its disk or its promises.
  case promotion
  /// A voter of the outgoing half only: it leaves the cluster with that half.
  case leaving
}

/// What an operator may want of the membership; one at a time.
public enum MembershipChange: Hashable, Sendable {
  /// A new voter: a learner first, a voter by itself once it has caught up.
  case add(Member)
  /// A member that receives the log and never decides.
  case addLearner(Member)
  /// This learner becomes a voter once it has caught up.
  case promote(NodeID)
  /// This voter becomes a learner.
  case demote(NodeID)
  case remove(NodeID)
  /// `with` becomes a voter, once it has caught up, in the same step in which this one leaves.
  case replace(NodeID, with: Member)
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

  /// A cluster has no more members.
  public static var most: Int { Limits.members }

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
