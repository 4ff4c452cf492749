import BinaryCodec
import ClientProtocol
import Determinism
import PeerProtocol
import RaftCore
import RaftTypes
import Replica
import Testing

@Suite("Calls about the membership, and states that are wrong")
struct MembershipTests {
  private static let fourth = Member(
    id: NodeID(4), incarnation: DiskIncarnation(4), peerAddress: "p4:1", clientAddress: "c4:1")

  private func view(_ trio: Trio, _ node: Int, _ tag: UInt64) -> MembershipView? {
    if case .membership(let view)? = trio.reply(node, tag)?.body { view } else { nil }
  }

  @Test("a change is answered once its first configuration is committed, at any node")
  func change() {
    for atLeader in [true, false] {
      var (trio, leader, followers) = Trio.led()
      let node = atLeader ? leader : followers[0]
      let tag = trio.call(node, .changeMembership(.addLearner(Self.fourth)))
      #expect(view(trio, node, tag)?.membership.learners == [NodeID(4)])
      #expect(view(trio, node, tag)?.isCommitted == true)
    }
  }

  @Test("a change that cannot be is refused, had no effect, and is not worth repeating")
  func refused() {
    var (trio, leader, _) = Trio.led()
    for change: MembershipChange in [
      .add(Trio.membership.members[NodeID(2)] ?? Self.fourth), .remove(NodeID(9)),
      .promote(NodeID(1)), .demote(NodeID(7)),
    ] {
      let tag = trio.call(leader, .changeMembership(change))
      #expect(trio.error(leader, tag)?.code == .badRequest)
      #expect(trio.error(leader, tag)?.outcome == .notApplied)
      #expect(trio.error(leader, tag)?.retryable == false)
    }
  }

  @Test("while another change is on its way, one is refused and may be repeated")
  func underWay() {
    var (trio, leader, followers) = Trio.led()
    for follower in followers { trio[follower].storage.isHeld = true }
    _ = trio.call(leader, .changeMembership(.addLearner(Self.fourth)))
    let tag = trio.call(leader, .changeMembership(.demote(NodeID(UInt64(followers[0])))))
    #expect(trio.error(leader, tag)?.code == .changeUnderWay)
    #expect(trio.error(leader, tag)?.retryable == true)
  }

  @Test("a follower's answer about the membership is the leader's, with everybody's progress")
  func asked() {
    var (trio, leader, followers) = Trio.led()
    let tag = trio.call(followers[0], .membership)
    let view = view(trio, followers[0], tag)
    #expect(view?.leader == NodeID(UInt64(leader)))
    #expect(view?.matches.keys == [NodeID(1), NodeID(2), NodeID(3)])
    #expect(view?.matches.values.allSatisfy { $0 == view?.last } == true)
  }

  @Test("a change whose leader lost it is made by the next leader, once")
  func leaderLost() {
    var (trio, old, _) = Trio.led()
    trio.isolate(old)
    let tag = trio.send(old, .changeMembership(.addLearner(Self.fourth)), timeout: 30_000)
    trio.settle()
    trio.pass(.seconds(3))
    #expect(trio.reply(old, tag) == nil)
    trio.heal()
    trio.pass(.seconds(3))
    #expect(view(trio, old, tag)?.membership.learners == [NodeID(4)])
    #expect(trio.leader != old)
  }

  // MARK: Quarantine

  /// Tells a follower that a quorum has another state than its own at its newest snapshot.
  private func contradict(_ trio: inout Trio, _ follower: Int, leader: Int) {
    guard let snapshot = trio[leader].replica.core.snapshot else { return }
    let agreed = StateMark(index: snapshot.position.index, hash: snapshot.stateHash &+ 1)
    let beat = Heartbeat(round: 0, commit: .zero, agreed: agreed)
    trio.turn(
      follower,
      [
        .frame(
          .raft(
            Envelope(
              from: NodeID(UInt64(leader)), to: NodeID(UInt64(follower)),
              term: trio[leader].replica.core.term, message: .heartbeat(beat))),
          from: NodeID(UInt64(leader)))
      ])
  }

  private func condemned(_ jobs: [SnapshotJob]) -> [LogIndex] {
    jobs.compactMap { if case .condemn(let index) = $0 { index } else { nil } }
  }

  @Test("pitfall 50: a node whose state is wrong answers no read, not even one on its way")
  func noReads() {
    var (trio, leader, followers) = Trio.led()
    let follower = followers[0]
    _ = trio.call(leader, .put("a", "1"))
    _ = trio.call(leader, .takeSnapshot)
    trio.pass(.milliseconds(200))
    let onItsWay = trio.send(follower, .get("a"))
    contradict(&trio, follower, leader: leader)
    #expect(!trio[follower].replica.core.stateIsSound)
    trio.settle { if case .raft(let envelope) = $0 { envelope.message.isSnapshot } else { false } }
    let stale = trio.send(follower, .get("a", .stale))
    for tag in [onItsWay, stale] {
      #expect(trio.error(follower, tag)?.code == .starting)
      #expect(trio.error(follower, tag)?.outcome == .notApplied)
    }
    let elsewhere = trio.call(leader, .get("a"))
    #expect(trio.reply(leader, elsewhere)?.value == "1")
  }

  @Test("pitfall 50: a snapshot that was being written when its state was found wrong is dropped")
  func droppedSnapshot() throws {
    var (trio, leader, followers) = Trio.led()
    let follower = followers[0]
    _ = trio.call(leader, .put("a", "1"))
    _ = trio.call(leader, .takeSnapshot)
    trio.pass(.milliseconds(200))
    let before = trio[follower].replica.core.snapshot
    trio.holdsSnapshots = true
    _ = trio.call(leader, .takeSnapshot)
    trio.pass(.milliseconds(200))
    let writing = trio[follower].snapshotJobs.compactMap { job -> SnapshotDescriptor? in
      if case .write(let descriptor, _) = job { descriptor } else { nil }
    }
    let descriptor = try #require(writing.last)
    trio[follower].snapshotJobs = []
    contradict(&trio, follower, leader: leader)
    #expect(condemned(trio[follower].snapshotJobs) == [try #require(before).position.index])
    trio[follower].snapshotJobs = []
    trio.turn(follower, [.snapshotWritten(descriptor, bytes: 100)])
    #expect(trio[follower].replica.core.snapshot == before)
    #expect(condemned(trio[follower].snapshotJobs) == [descriptor.position.index])
  }
}

extension Message {
  fileprivate var isSnapshot: Bool { if case .snapshotChunk = self { true } else { false } }
}
