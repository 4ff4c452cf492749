internal import Determinism
public import RaftTypes

/// What a node is to its cluster; the raw value is its name in JSON. What it does at the moment is
/// its role.
public enum Standing: String, CaseIterable, Hashable, Sendable {
  /// It decides.
  case voter
  /// It receives the log and decides nothing.
  case learner
  /// A learner that becomes a voter once it has caught up.
  case joining
  /// A voter that decides no more once the joint configuration ends.
  case leaving
  /// It is no member.
  case stranger

  public init(of node: NodeID, in membership: Membership) {
    guard let member = membership.members[node] else {
      self = .stranger
      return
    }
    let staysVoter = membership.voters.contains(node)
    switch member.prospect {
    case .leaving: self = .leaving
    case .none:
      self = staysVoter ? .voter : membership.isVoter(node) ? .leaving : .learner
    case .trial, .promotion:
      self = staysVoter ? .voter : membership.isVoter(node) ? .leaving : .joining
    }
  }
}
