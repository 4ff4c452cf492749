import ClientProtocol
import Determinism
import KeyValueStore
import RaftCore
import RaftTypes
import Replica
import Testing

@Suite("Status")
struct StatusTests {
  private func document(_ reply: ClientReply?) -> ClusterStatus? {
    if case .status(let status)? = reply?.body { status } else { nil }
  }

  @Test("every node gives the same picture of the cluster")
  func complete() throws {
    var (trio, leader, followers) = Trio.led()
    _ = trio.call(leader, .put("a", "1"))
    trio.pass(.milliseconds(100))
    for number in [leader] + followers {
      let tag = trio.call(number, .clusterStatus)
      let status = try #require(document(trio.reply(number, tag)))
      #expect(status.leader == NodeID(UInt64(leader)))
      #expect(status.nodes.count == 3 && status.nodes.allSatisfy(\.reachable))
      #expect(status.canLose == 1)
      #expect(status.vip?.holder == NodeID(UInt64(leader)))
      #expect(Set(status.nodes.map(\.stateHash)).count == 1)
    }
  }

  @Test("an unreachable node is waited for a moment, and then shown as unreachable")
  func unreachable() throws {
    var (trio, leader, followers) = Trio.led()
    let dead = followers[0]
    trio.kill(dead)
    let tag = trio.call(leader, .clusterStatus)
    trio.pass(.milliseconds(240))
    #expect(trio.reply(leader, tag) == nil)
    trio.pass(.milliseconds(20))
    let found = try #require(document(trio.reply(leader, tag)))
    let missing = try #require(found.nodes.first { $0.id == NodeID(UInt64(dead)) })
    #expect(!missing.reachable && missing.role == .unknown)
    #expect(found.canLose == 0)
  }

  @Test("pitfall 69: a node whose disk names no cluster never leads one")
  func emptyDisk() {
    var trio = Trio()
    trio[1].replica = Replica(
      settings: Trio.settings(1) { $0.cluster = nil },
      recovered: Recovered(
        ballot: .blank, incarnation: DiskIncarnation(9), snapshot: nil, base: .origin, slots: []),
      store: Store(), seed: 1, at: trio.now)
    trio.isolate(1)
    trio.pass(.seconds(10))
    #expect(trio[1].replica.core.term == .zero)
    #expect(!trio[1].events.contains { if case .campaigning = $0 { true } else { false } })
    let tag = trio.call(1, .put("a", "1"), timeout: 100)
    trio.pass(.milliseconds(200))
    #expect(trio.error(1, tag)?.outcome == .notApplied)
  }
}
