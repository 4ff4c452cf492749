import ClientProtocol
import Determinism
import KeyValueStore
import RaftCore
import RaftTypes
import Testing

@testable import Replica

@Suite("§6.4 Reads")
struct ReadTests {
  @Test("every node reads what was acknowledged before")
  func linearizable() {
    var (trio, leader, followers) = Trio.led()
    _ = trio.call(leader, .put("a", "1"))
    for number in [leader] + followers {
      let read1 = trio.call(number, .get("a"))
      #expect(trio.reply(number, read1)?.value == "1")
    }
  }

  @Test("a lease read asks nobody at a leader that offers it; elsewhere it is a linearizable one")
  func lease() {
    for offers in [true, false] {
      var (trio, leader, followers) = Trio.led {
        $0.consensus = $0.consensus.with(leaseReads: offers)
      }
      _ = trio.call(leader, .put("a", "1"))
      trio.pass(.milliseconds(100))
      let sent = trio.sent.count
      let read = trio.call(leader, .get("a", .lease))
      #expect(trio.reply(leader, read)?.value == "1")
      #expect((trio.sent.count == sent) == offers)
      #expect(trio[leader].replica.leaseReads == (offers ? 1 : 0))
      let other = trio.call(followers[0], .get("a", .lease))
      #expect(trio.reply(followers[0], other)?.value == "1")
      #expect(trio[leader].replica.leaseReads == (offers ? 1 : 0))
    }
  }

  @Test("a deposed leader that nobody hears answers no linearizable read, and says so")
  func deposed() {
    var (trio, leader, followers) = Trio.led()
    trio.isolate(leader)
    let read = trio.call(leader, .get("a"), timeout: 1500)
    trio.pass(.milliseconds(1200))
    _ = trio.call(followers[0], .put("a", "2"))
    trio.pass(.milliseconds(700))
    #expect(trio.reply(leader, read)?.value == nil)
    #expect(trio.error(leader, read)?.outcome == .notApplied)
  }

  @Test("a read that must not be older than an index waits until it is applied")
  func minIndex() {
    var (trio, leader, followers) = Trio.led()
    let follower = followers[0]
    trio.cut.insert([UInt64(leader), UInt64(follower)])
    _ = trio.call(leader, .put("a", "1"))
    let index = trio[leader].replica.store.appliedIndex
    let read = trio.send(follower, .get("a", .stale), minIndex: index)
    #expect(trio.reply(follower, read) == nil)
    trio.heal()
    trio.pass(.seconds(3))
    #expect(trio.reply(follower, read)?.value == "1")
  }

  @Test("a wait for an index that never comes ends in time and had no effect")
  func minIndexTimeout() {
    var (trio, leader, _) = Trio.led()
    let far = LogIndex(1_000_000)
    let read = trio.send(leader, .get("a", .stale), minIndex: far, timeout: 100)
    trio.pass(.milliseconds(200))
    #expect(trio.error(leader, read)?.code == .timeout)
    #expect(trio.error(leader, read)?.outcome == .notApplied)
  }

  @Test("reads that have ended wait for nothing any more, whatever index they named")
  func endedReads() {
    var (trio, leader, _) = Trio.led()
    for _ in 0..<50 {
      _ = trio.send(leader, .get("a", .stale), minIndex: LogIndex(.max), timeout: 1)
    }
    let patient = trio.send(leader, .get("a", .stale), minIndex: LogIndex(.max), timeout: 1000)
    #expect(trio[leader].replica.ready.count == 51)
    trio.pass(.milliseconds(50))
    #expect(trio[leader].replica.ready.count == 1)
    #expect(trio.error(leader, patient) == nil)
    trio.pass(.seconds(1))
    #expect(trio[leader].replica.ready.isEmpty)
    #expect(trio.error(leader, patient)?.code == .timeout)
  }

  @Test("pitfall 21: after a restart a stale read names its index, a linearizable one waits")
  func afterRestart() {
    var (trio, leader, followers) = Trio.led()
    let follower = followers[0]
    _ = trio.call(leader, .put("a", "1"))
    let acknowledged = trio[leader].replica.store.appliedIndex
    trio.kill(follower)
    trio.isolate(follower)
    trio.start(follower)
    let stale = trio.call(follower, .get("a", .stale))
    let fresh = trio.call(follower, .get("a"), timeout: 3000)
    #expect(trio.reply(follower, stale)?.value == nil)
    #expect((trio.reply(follower, stale)?.stamp.index ?? acknowledged) < acknowledged)
    #expect(trio.reply(follower, fresh) == nil)
    trio.heal()
    trio.pass(.seconds(2))
    #expect(trio.reply(follower, fresh)?.value == "1")
  }

  @Test("pitfall 15: what waited only for this node's own flush is committed by the flush alone")
  func lateFlush() {
    var (trio, leader, followers) = Trio.led()
    trio.isolate(followers[0])
    trio[leader].storage.isHeld = true
    let write = trio.call(leader, .put("a", "1"))
    #expect(trio.reply(leader, write) == nil)
    trio.isolate(followers[1])
    trio[leader].storage.isHeld = false
    trio.settle()
    #expect(trio.isWritten(leader, write))
  }
}
