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
    member("last_index", view.last.number)
    name("leader")
    if let leader = view.leader { value(leader.number) } else { null() }
    endObject()
  }

  /// `lag`: entries of the leader's log that the member does not hold durably yet.
  private mutating func write(_ node: Member, of view: MembershipView) {
    beginObject()
    member("id", node.id.number)
    member("standing", Standing(of: node.id, in: view.membership).rawValue)
    member("peer", node.peerAddress)
    member("client", node.clientAddress)
    member("disk", node.incarnation.description)
    if let match = view.matches[node.id] {
      member("match_index", match.number)
      member("lag", view.last.number - min(match.number, view.last.number))
    }
    if case .trial(let replaced?) = node.prospect { member("replaces", replaced.number) }
    endObject()
  }
}
