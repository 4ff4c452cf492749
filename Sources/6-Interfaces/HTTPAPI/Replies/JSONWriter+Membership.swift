import ClientProtocol
import Determinism
import JSONText
import RaftTypes

extension JSONWriter {
  /// Who belongs to the cluster: `/v1/cluster/members`.
  mutating func write(_ view: MembershipView) {
    beginObject()
    name("members")
    beginArray()
    for member in view.membership.members.values { write(member, of: view) }
    endArray()
    member("joint", view.membership.isJoint)
    member("committed", view.isCommitted)
    member("index", view.index.number)
    if let leader = view.leader { member("leader", leader.number) }
    endObject()
  }

  private mutating func write(_ node: Member, of view: MembershipView) {
    beginObject()
    member("id", node.id.number)
    member("role", Self.role(node, in: view.membership))
    member("peer", node.peerAddress)
    member("client", node.clientAddress)
    member("disk", "\(node.incarnation)")
    if let match = view.matches[node.id] {
      member("match_index", match.number)
      member("lag", view.last.number - min(match.number, view.last.number))
    }
    endObject()
  }

  /// `voter`, `learner`, `joining` (a voter once it has caught up), or `leaving`.
  private static func role(_ node: Member, in membership: Membership) -> String {
    switch node.prospect {
    case .leaving: "leaving"
    case .none: membership.isVoter(node.id) ? "voter" : "learner"
    case .trial, .promotion: membership.isVoter(node.id) ? "leaving" : "joining"
    }
  }
}
