import BinaryCodec
import ClientProtocol
import Determinism
import KeyValueStore
import RaftTypes
import Replica
import Testing

@Suite("What a node leaves behind when it stops")
struct LastSnapshotTests {
  private func stopped(puts: Int, isFull: Bool = false) throws -> (Trio, Int) {
    var (trio, leader, followers) = Trio.led()
    let value = String(repeating: "v", count: 1 << 20)
    for number in 0..<puts { _ = trio.call(leader, .put("key \(number)", value)) }
    trio.pass(.milliseconds(200))
    let node = try #require(followers.first)
    #expect(trio[node].replica.lastSnapshot == nil)
    if isFull { trio.step(node, .diskFull(true)) }
    trio.step(node, .stop)
    return (trio, node)
  }

  @Test("a snapshot of all that was applied, from which its store is restored")
  func restores() throws {
    let (trio, node) = try stopped(puts: 17)
    let replica = trio[node].replica
    let (descriptor, view) = try #require(replica.lastSnapshot)
    #expect(descriptor.position.index == replica.store.appliedIndex)
    #expect(descriptor.stateHash == replica.store.stateHash)
    var decoder = SnapshotDecoder()
    for chunk in SnapshotEncoder(view) { try decoder.consume(chunk[...]) }
    let restored = try decoder.finish(stateHash: descriptor.stateHash)
    #expect(restored.appliedIndex == replica.store.appliedIndex)
  }

  @Test("none on a full disk, where the log may end below what was applied")
  func full() throws {
    let (trio, node) = try stopped(puts: 17, isFull: true)
    #expect(trio[node].replica.lastSnapshot == nil)
  }

  @Test("none, where little was applied since the last")
  func little() throws {
    let (trio, node) = try stopped(puts: 3)
    #expect(trio[node].replica.lastSnapshot == nil)
  }
}
