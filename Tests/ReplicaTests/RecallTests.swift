import ClientProtocol
import Determinism
import KeyValueStore
import RaftCore
import RaftTypes
import Replica
import Testing

@Suite("Entries whose bodies left memory")
struct RecallTests {
  /// Three replicas that keep no body for longer than they need it, a leader, and another node that
  /// is cut off while 20 keys are put.
  private static func lagging() -> (Trio, leader: Int, lagging: Int, third: Int) {
    var limits = RaftCore.Limits()
    limits.bodyBytes = 0
    limits.recallBytes = 200
    var trio = Trio { $0.consensus = Settings.lan.with(limits) }
    let leader = trio.elect()
    let others = (1...3).filter { $0 != leader }
    trio.isolate(others[0])
    for number in 1...20 { _ = trio.call(leader, .put("k\(number)", "v\(number)")) }
    return (trio, leader, others[0], others[1])
  }

  @Test("a node that was away gets them from the leader's disk, and no snapshot")
  func lagging() {
    var (trio, leader, lagging, _) = Self.lagging()
    #expect(trio[leader].recalls.isEmpty)
    trio.heal()
    trio.pass(.seconds(2))
    let core = trio[leader].replica.core
    #expect(trio[lagging].replica.store.appliedIndex == trio[leader].replica.store.appliedIndex)
    #expect(trio[lagging].replica.store.stateHash == trio[leader].replica.store.stateHash)
    #expect(core.isLeader && core.snapshot == nil)
    #expect(trio[leader].recalls.count > 2 && trio[leader].sends.isEmpty)
  }

  @Test("a leader that cannot read them cuts a snapshot without a quorum, and sends it")
  func blind() throws {
    var (trio, leader, lagging, third) = Self.lagging()
    trio.kill(third)
    trio.isBlind = true
    let applied = trio[leader].replica.store.appliedIndex
    trio.heal()
    trio.pass(.milliseconds(300))
    #expect(trio[leader].replica.core.isLeader)
    #expect(trio[leader].replica.store.appliedIndex == applied)
    let send = try #require(trio[leader].sends.first)
    #expect(send.to == NodeID(UInt64(lagging)) && send.snapshot.position.index == applied)
    let taken = trio[leader].events.filter { if case .wroteSnapshot = $0 { true } else { false } }
    #expect(taken.count == 1)
  }

  @Test("records of theirs that rot at rest are written anew from the others' disks")
  func rotten() throws {
    var (trio, leader, _, third) = Self.lagging()
    trio.heal()
    trio.pass(.seconds(2))
    let base = try #require(trio[third].storage.entries.first { $0.payload.isCommand }?.position)
    let last = LogPosition(term: base.term, index: base.index + 2)
    trio.step(third, .recordDamaged(first: base, last: last))
    trio.pass(.milliseconds(100))
    #expect(trio[third].events.contains(.restoredEntries(base, count: 3)))
    #expect(!trio[leader].events.contains(.restoredEntries(base, count: 3)))
  }
}

extension Payload {
  fileprivate var isCommand: Bool { if case .command = self { true } else { false } }
}
