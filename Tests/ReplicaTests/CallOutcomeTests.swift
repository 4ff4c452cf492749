import ClientProtocol
import Determinism
import KeyValueStore
import PeerProtocol
import RaftCore
import RaftTypes
import Replica
import Testing

@Suite("Every call ends with the truth about its effect")
struct CallOutcomeTests {
  @Test("a write is answered when it is committed, not before")
  func write() {
    var (trio, leader, _) = Trio.led()
    let tag = trio.send(leader, .put("a", "1"))
    #expect(trio.reply(leader, tag) == nil)
    trio.settle()
    #expect(trio.isWritten(leader, tag))
    #expect(trio.stored(leader, "a") == "1")
  }

  @Test("a follower passes a write on, and answers its own client")
  func forwarded() {
    var (trio, leader, followers) = Trio.led()
    let tag = trio.call(followers[0], .put("a", "1"))
    #expect(trio.isWritten(followers[0], tag))
    #expect(trio.reply(followers[0], tag)?.stamp.node == NodeID(UInt64(leader)))
  }

  @Test("an appended write that is not confirmed in time is unknown and not to be repeated")
  func appendedTimeout() {
    var (trio, leader, _) = Trio.led()
    trio.isolate(leader)
    let tag = trio.call(leader, .put("a", "1"), timeout: 200)
    trio.pass(.milliseconds(300))
    let error = trio.error(leader, tag)
    #expect(error?.code == .timeout)
    #expect(error?.outcome == .unknown)
    #expect(error?.retryable == false)
  }

  @Test("pitfall 18: calls without a leader end with no_quorum and had no effect")
  func queuedTimeout() {
    var trio = Trio()
    trio.isolate(1)
    let write = trio.call(1, .put("a", "1"), timeout: 100)
    let read = trio.call(1, .get("a"), timeout: 100)
    trio.pass(.milliseconds(200))
    for tag in [write, read] {
      #expect(trio.error(1, tag)?.code == .noQuorum)
      #expect(trio.error(1, tag)?.outcome == .notApplied)
    }
  }

  @Test("a queued call waits at most three election timeouts, however long its client would")
  func patience() {
    var trio = Trio()
    trio.isolate(1)
    let tag = trio.call(1, .put("a", "1"), timeout: 100_000)
    trio.pass(.milliseconds(1700))
    #expect(trio.error(1, tag) == nil)
    trio.pass(.milliseconds(400))
    #expect(trio.error(1, tag)?.code == .noQuorum)
  }

  @Test("a call that was queued before the first election is answered after it")
  func queuedThenElected() {
    var trio = Trio()
    let tag = trio.call(1, .put("a", "1"))
    let read = trio.call(2, .get("a"))
    trio.elect()
    trio.pass(.milliseconds(200))
    #expect(trio.isWritten(1, tag))
    #expect(trio.reply(2, read).map { $0.body } != nil && trio.error(2, read) == nil)
  }

  @Test("a write whose entry another leader overwrote is proposed again, and happens once")
  func overwritten() throws {
    var (trio, leader, followers) = Trio.led()
    trio.isolate(leader)
    let tag = trio.call(leader, .put("a", "lost"))
    #expect(trio.reply(leader, tag) == nil)
    trio.pass(.milliseconds(1500))
    let successor = try #require(followers.first { trio[$0].replica.core.isLeader })
    let other = trio.call(successor, .put("b", "new"))
    #expect(trio.isWritten(successor, other))
    let before = trio[successor].replica.store.revision
    trio.heal()
    trio.pass(.milliseconds(500))
    #expect(trio.isWritten(leader, tag))
    #expect(trio.stored(successor, "a") == "lost")
    #expect(trio[successor].replica.store.revision == before.next)
  }

  @Test("pitfall 60: a forward is unknown when its connection breaks, and is not sent twice")
  func forwardLost() {
    var (trio, leader, followers) = Trio.led()
    let follower = followers[0]
    let tag = trio.send(follower, .put("a", "1"))
    trio.loseInFlight()
    let loss = LinkLoss(direction: .outgoing, reset: true, unsent: [])
    trio.step(follower, .linkLost(NodeID(UInt64(leader)), loss))
    #expect(trio.error(follower, tag)?.code == .connectionLost)
    #expect(trio.error(follower, tag)?.outcome == .unknown)
    let forwards = trio.sent.filter {
      if case .forward = $0.1.frame { $0.from == NodeID(UInt64(follower)) } else { false }
    }
    #expect(forwards.count == 1)
  }

  @Test("whether a transfer or a snapshot began nobody knows when its connection breaks")
  func forwardedDeedLost() {
    for request in [ClientRequest.transferLeadership(to: nil), .takeSnapshot] {
      var (trio, leader, followers) = Trio.led()
      let tag = trio.send(followers[0], request)
      trio.loseInFlight()
      let loss = LinkLoss(direction: .outgoing, reset: true, unsent: [])
      trio.step(followers[0], .linkLost(NodeID(UInt64(leader)), loss))
      #expect(trio.error(followers[0], tag)?.outcome == .unknown, "\(request)")
      #expect(trio.error(followers[0], tag)?.retryable == true)
    }
  }

  @Test("pitfall 60: the answer to a forward of an earlier life answers nothing of this one")
  func earlierLife() throws {
    var (trio, leader, followers) = Trio.led()
    let (follower, peer) = (followers[0], NodeID(UInt64(leader)))
    _ = trio.call(follower, .put("a", "1"))
    let answer = try #require(
      trio.sent.last { sent in
        if case .forwardReply = sent.1.frame { sent.from == peer } else { false }
      }
    ).1.frame
    trio.kill(follower)
    trio.start(follower)
    trio.pass(.milliseconds(200))
    let tag = trio.send(follower, .put("b", "2"))
    trio.loseInFlight()
    trio.turn(follower, [.frame(answer, from: peer)])
    #expect(trio.reply(follower, tag) == nil)
  }

  @Test("a forward that certainly did not leave is sent again, and happens once")
  func forwardUnsent() throws {
    var (trio, leader, followers) = Trio.led()
    let follower = followers[0]
    let before = trio[leader].replica.store.revision
    let tag = trio.send(follower, .put("a", "1"))
    let frame = try #require(trio.sent.last { $0.from == NodeID(UInt64(follower)) }).1.frame
    trio.loseInFlight()
    trio.step(follower, .unsent(frame, to: NodeID(UInt64(leader))))
    trio.pass(.milliseconds(100))
    #expect(trio.isWritten(follower, tag))
    #expect(trio[leader].replica.store.revision == before.next)
  }

  @Test("what a broken connection had not sent is kept, what it had sent is unknown")
  func unsentOfALostLink() throws {
    var (trio, leader, followers) = Trio.led()
    let (follower, peer) = (followers[0], NodeID(UInt64(leader)))
    let first = trio.send(follower, .put("a", "1"))
    let second = trio.send(follower, .put("b", "2"))
    let frame = try #require(trio.sent.last { $0.from == NodeID(UInt64(follower)) }).1.frame
    trio.loseInFlight()
    trio.step(
      follower, .linkLost(peer, LinkLoss(direction: .outgoing, reset: true, unsent: [frame])))
    trio.pass(.milliseconds(100))
    #expect(trio.error(follower, first)?.outcome == .unknown)
    #expect(trio.isWritten(follower, second))
  }

  @Test("an answer to a call that ended already is ignored")
  func lateAnswer() {
    var (trio, leader, followers) = Trio.led()
    let tag = trio.send(followers[0], .put("a", "1"), timeout: 50)
    trio.cut.insert([UInt64(leader), UInt64(followers[0])])
    trio.settle()
    trio.now = trio.now + .milliseconds(100)
    trio.step(followers[0], .timePassed)
    #expect(trio.error(followers[0], tag)?.outcome == .unknown)
    trio.heal()
    trio.pass(.milliseconds(100))
    #expect(trio.error(followers[0], tag)?.outcome == .unknown)
  }

  @Test("a node refuses more calls than its limit, without effect")
  func overloaded() {
    var trio = Trio { $0.limits.calls = 2 }
    trio.isolate(1)
    _ = trio.call(1, .put("a", "1"))
    _ = trio.call(1, .put("a", "2"))
    let third = trio.call(1, .put("a", "3"))
    #expect(trio.error(1, third)?.code == .overloaded)
    #expect(trio.error(1, third)?.outcome == .notApplied)
  }

  @Test("a full disk refuses writes without effect, serves reads, and resumes by itself")
  func diskFull() {
    var (trio, leader, followers) = Trio.led()
    let done = trio.call(leader, .put("a", "1"))
    #expect(trio.isWritten(leader, done))
    // Everywhere: a leader whose disk alone is full makes room for another.
    for number in followers { trio.step(number, .diskFull(true)) }
    trio.pass(.milliseconds(100))
    trio.step(leader, .diskFull(true))
    let refused = trio.call(leader, .put("a", "2"))
    let forwarded = trio.call(followers[0], .put("a", "3"))
    #expect(trio.error(leader, refused)?.code == .diskFull)
    #expect(trio.error(followers[0], forwarded)?.code == .diskFull)
    #expect(trio.error(followers[0], forwarded)?.outcome == .notApplied)
    let read3 = trio.call(leader, .get("a"))
    #expect(trio.reply(leader, read3)?.value == "1")
    trio.step(leader, .diskFull(false))
    let done2 = trio.call(leader, .put("a", "4"))
    #expect(trio.isWritten(leader, done2))
  }

  @Test("a call that cannot be read is refused by the leader, without effect")
  func malformedForward() throws {
    var (trio, leader, followers) = Trio.led()
    let peer = NodeID(UInt64(followers[0]))
    let effects = trio.step(
      leader, .frame(.forward(PeerCall(id: 77, bytes: [0xff, 0x01])), from: peer))
    let reply = try #require(
      effects.frames.compactMap { outbound -> PeerCall? in
        if case .forwardReply(let reply) = outbound.frame { reply } else { nil }
      }.first)
    guard case .failed(let error) = try ClientReply(decoding: reply.bytes).body else {
      Issue.record("a damaged call was not refused")
      return
    }
    #expect(reply.id == 77 && error.code == .badRequest && error.outcome == .notApplied)
  }
}
