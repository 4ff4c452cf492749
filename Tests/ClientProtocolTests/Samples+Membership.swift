import ClientProtocol
import Determinism
import RaftTypes

// Who belongs to the cluster, and what may become of it
extension Samples {
  mutating func member(_ id: NodeID) -> Member {
    let prospects: [Prospect] = [
      .none, .trial(replacing: nil), .trial(replacing: node()), .promotion, .leaving,
    ]
    return Member(
      id: id, incarnation: DiskIncarnation(number()), peerAddress: text(), clientAddress: text(),
      prospect: pick(prospects))
  }

  mutating func change() -> MembershipChange {
    let member = member(node())
    return pick([
      .add(member), .addLearner(member), .promote(node()), .demote(node()), .remove(node()),
      .replace(node(), with: member),
    ])
  }

  /// Up to six members, joint in half of the cases.
  mutating func membership() -> Membership {
    let ids = SortedMap((0...dice.below(6)).map { _ in (node(), true) }).keys
    let members = ids.map { (id) in (id, member(id)) }
    func half(_ samples: inout Samples) -> [NodeID] {
      let some = ids.filter { _ in samples.flag() }
      return some.isEmpty ? [ids[0]] : some
    }
    return Membership(
      members: SortedMap(members), voters: half(&self), outgoing: maybe { half(&$0) })
  }

  mutating func view() -> MembershipView {
    let membership = membership()
    return MembershipView(
      membership: membership, index: LogIndex(number()), isCommitted: flag(),
      leader: maybe { $0.node() }, last: LogIndex(number()),
      matches: SortedMap(membership.members.keys.map { ($0, LogIndex(number())) }))
  }
}
