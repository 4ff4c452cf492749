import ClientProtocol
import Determinism
import RaftTypes
import Testing

@testable import KeyValueStore

@Suite("Replicas that apply the same log are equal")
struct DeterminismTests {
  @Test("pitfall 54: replays of one log give equal hashes after every entry", arguments: 1...3)
  func replaysAreEqual(seed: UInt64) {
    var random = RandomCommands(seed: seed, keys: 50)
    var (one, other) = (Store(), Store())
    for _ in 0..<400 {
      let command = Command(random.operation(near: one.revision.number)).encoded()
      #expect(one.apply(next: command) == other.apply(next: command))
      #expect(one.stateHash == other.stateHash)
    }
    #expect(one.snapshot == other.snapshot)
  }

  @Test(
    "pitfall 37: a snapshot between any two commands continues as the log does, to the byte")
  func snapshotAnywhere() throws {
    var random = RandomCommands(seed: 9, keys: 30)
    var original = Store()
    var copies: [Store] = []
    for round in 0..<160 {
      let command = Command(random.operation(near: original.revision.number)).encoded()
      let result = original.apply(next: command)
      for i in copies.indices {
        #expect(copies[i].apply(next: command) == result)
        #expect(copies[i].stateHash == original.stateHash)
      }
      if round % 4 == 0 { copies.append(try original.restored()) }
    }
    for copy in copies {
      #expect(copy.snapshot == original.snapshot)
      #expect(copy.garbage.count == original.garbage.count)
    }
  }

  @Test("pitfall 57: a restored store has the revision, index and oldest revision of its source")
  func revisionsSurvive() throws {
    var store = Store()
    for i in 0..<50 { store.put("k\(i % 7)", "\(i)") }
    store.delete(.key(bytes("k3")))
    store.apply(.compact(Revision(20)))
    let restored = try store.restored()
    #expect(restored.revision == store.revision)
    #expect(restored.oldestRevision == Revision(20))
    #expect(restored.appliedIndex == store.appliedIndex)
    #expect(restored.appliedTime == store.appliedTime)
    #expect(restored.statistics == store.statistics)
  }

  @Test("pitfall 57: the revision never falls, through deletions, compactions and restores")
  func revisionIsMonotone() throws {
    var random = RandomCommands(seed: 12, keys: 12)
    var store = Store()
    var last = store.revision
    for round in 0..<500 {
      let result = store.apply(random.operation(near: store.revision.number))
      #expect(result.revision == store.revision)
      if round % 50 == 0 { store = try store.restored() }
      #expect(store.revision >= last)
      last = store.revision
    }
  }

  @Test("the hash shows a difference in any field of a record")
  func hashSeesEveryField() {
    func store(_ put: Put, _ more: [Command.Operation] = [.compact(Revision(1))]) -> UInt64 {
      var store = Store()
      store.apply(.put(put))
      for operation in more { store.apply(operation) }
      return store.stateHash
    }
    let plain = Put(key: bytes("k"), value: bytes("v"))
    let hashes = [
      store(plain), store(Put(key: bytes("l"), value: bytes("v"))),
      store(Put(key: bytes("k"), value: bytes("w"))), store(Put(key: bytes("kv"), value: [])),
      store(Put(key: bytes("k"), value: bytes("v"), lease: LeaseID(1))),
      store(plain, [.put(plain)]), store(plain, [.delete(Delete(range: .all))]),
      store(plain, [.compact(Revision(2))]), store(plain, [.session(.open(timeToLive: 5000))]),
    ]
    #expect(Set(hashes).count == hashes.count)
  }

  @Test("the hash covers index, time and sessions")
  func hashSeesTheRest() {
    var (one, other) = (Store(), Store())
    one.idle(1, time: 5)
    other.idle(1, time: 6)
    #expect(one.stateHash != other.stateHash)
    other = one
    one.idle(1, time: 6)
    #expect(one.stateHash != other.stateHash)
  }
}
