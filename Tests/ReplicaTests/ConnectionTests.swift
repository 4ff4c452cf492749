import ClientProtocol
import Determinism
import RaftCore
import RaftTypes
import Replica
import Testing

@Suite("Connections follow the membership")
struct ConnectionTests {
  @Test("pitfall 26: a leader that removes itself commits that, and hands over at once")
  func removedLeader() throws {
    var (trio, leader, _) = Trio.led()
    let id = NodeID(UInt64(leader))
    let term = trio[leader].replica.core.term
    let tag = trio.call(leader, .changeMembership(.remove(id)))
    guard case .membership? = trio.reply(leader, tag)?.body else {
      Issue.record("\(String(describing: trio.reply(leader, tag)))")
      return
    }
    // No time has passed: nobody's patience ended.
    #expect(!trio[leader].replica.core.isLeader)
    let told = trio[leader].events.contains { event in
      if case .changedMembership(let now) = event { now.members[id] == nil } else { false }
    }
    #expect(told, "it never learned that its removal was committed")
    let successor = try #require(trio.leader)
    #expect(successor != leader)
    #expect(trio[successor].replica.core.term == term.next)
    trio.pass(.milliseconds(100))
    for number in 1...3 where number != leader {
      #expect(trio[number].peers?.members.count == 2, "node \(number) keeps the removed one")
    }
  }

  @Test("a member that an uncommitted configuration leaves out stays connected")
  func uncommitted() {
    var (trio, leader, _) = Trio.led()
    let (follower, other) = (leader % 3 + 1, (leader + 1) % 3 + 1)
    // The leader hears nobody: what it appends stays uncommitted.
    trio.cut = [
      [UInt64(follower), UInt64(leader)], [UInt64(other), UInt64(leader)],
    ]
    _ = trio.call(leader, .changeMembership(.demote(NodeID(UInt64(follower)))))
    #expect(trio[follower].replica.core.membership?.isJoint == true)
    #expect(trio[follower].peers?.members.count == 3)
  }
}
