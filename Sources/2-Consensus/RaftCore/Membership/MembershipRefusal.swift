public import RaftTypes

/// Why a change of the membership was not begun. Nothing has happened then.
public enum MembershipRefusal: Error, Hashable, Sendable {
  /// Ask the leader.
  case notLeader
  /// Another change is not finished, or this term's first entry is not committed yet, or leadership
  /// is being handed over: try again shortly.
  case changeUnderWay
  /// This id is a member: remove it first, or choose another.
  case alreadyMember(NodeID)
  /// Name a member.
  case notMember(NodeID)
  case alreadyVoter(NodeID)
  case notVoter(NodeID)
  /// A cluster without a voter decides nothing: add another one first.
  case lastVoter(NodeID)
  /// That member listens on the same address.
  case addressTaken(by: NodeID)
  /// A cluster has at most `Membership.most` members.
  case tooManyMembers
}
