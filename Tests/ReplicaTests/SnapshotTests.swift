import BinaryCodec
import ClientProtocol
import Determinism
import KeyValueStore
import PeerProtocol
import RaftCore
import RaftTypes
import Testing

@testable import Replica

@Suite("Snapshots at the leader's marks")
struct SnapshotTests {
  private func written(_ jobs: [SnapshotJob]) -> [(SnapshotDescriptor, StoreView)] {
    jobs.compactMap { job in
      if case .write(let descriptor, let view) = job { (descriptor, view) } else { nil }
    }
  }

  @Test("every node cuts its view at the same index, with the same hash and the same bytes")
  func equalCuts() throws {
    var (trio, leader, _) = Trio.led()
    trio.holdsSnapshots = true
    _ = trio.call(leader, .put("a", "1"))
    _ = trio.call(leader, .takeSnapshot)
    trio.pass(.milliseconds(200))
    let cuts = (1...3).flatMap { written(trio[$0].snapshotJobs) }
    #expect(cuts.count == 3)
    #expect(Set(cuts.map(\.0)).count == 1)
    #expect(Set(cuts.map { Array(SnapshotEncoder($0.1)) }).count == 1)
  }

  @Test("consensus hears of a mark in its turn, of other entries in the next one")
  func told() {
    var (trio, leader, followers) = Trio.led()
    // No later word of the other follower or of the snapshot's writer makes another turn.
    trio.isolate(followers[1])
    trio.holdsSnapshots = true
    let tag = trio.call(leader, .put("a", "1"))
    #expect(trio.isWritten(leader, tag) && trio[leader].replica.hasApplied)
    trio.step(leader, .timePassed)
    #expect(!trio[leader].replica.hasApplied)
    _ = trio.call(leader, .takeSnapshot)
    #expect(!trio[leader].replica.hasApplied)
    #expect(trio[leader].replica.markTold == trio[leader].replica.marking.newest)
    #expect(trio[leader].replica.markTold != nil)
  }

  @Test("the operator's call is answered once this node's snapshot is written")
  func answered() {
    var (trio, leader, _) = Trio.led()
    trio.holdsSnapshots = true
    let tag = trio.call(leader, .takeSnapshot)
    #expect(trio.reply(leader, tag) == nil)
    trio.holdsSnapshots = false
    trio.settle()
    guard case .snapshotTaken? = trio.reply(leader, tag)?.body else {
      Issue.record("no answer: \(String(describing: trio.reply(leader, tag)))")
      return
    }
  }

  @Test("a call that comes while a snapshot is written gets the next one, not a timeout")
  func askedWhileWriting() throws {
    var (trio, leader, _) = Trio.led()
    trio.holdsSnapshots = true
    let first = trio.call(leader, .takeSnapshot)
    _ = trio.call(leader, .put("a", "1"))
    let second = trio.call(leader, .takeSnapshot)
    trio.pass(.milliseconds(200))
    #expect(trio.reply(leader, first) == nil && trio.reply(leader, second) == nil)
    trio.holdsSnapshots = false
    trio.settle()
    trio.pass(.milliseconds(200))
    guard case .snapshotTaken(let earlier, _)? = trio.reply(leader, first)?.body,
      case .snapshotTaken(let later, _)? = trio.reply(leader, second)?.body
    else {
      Issue.record("no answer: \(String(describing: trio.reply(leader, second)))")
      return
    }
    #expect(earlier.index < later.index)
  }

  @Test("a leader whose mark was overwritten proposes the next one when it leads again")
  func overwrittenMark() throws {
    var (trio, leader, followers) = Trio.led()
    trio.isolate(leader)
    _ = trio.call(leader, .takeSnapshot, timeout: 100)
    #expect(trio[leader].replica.marking.isProposed)
    trio.pass(.seconds(2))
    #expect(!trio[leader].replica.core.isLeader)
    let successor = try #require(followers.first { trio[$0].replica.core.isLeader })
    trio.heal()
    trio.pass(.milliseconds(500))
    _ = trio.call(successor, .transferLeadership(to: NodeID(UInt64(leader))))
    trio.pass(.milliseconds(500))
    #expect(trio[leader].replica.core.isLeader)
    let tag = trio.call(leader, .takeSnapshot)
    trio.pass(.milliseconds(100))
    guard case .snapshotTaken? = trio.reply(leader, tag)?.body else {
      Issue.record("no answer: \(String(describing: trio.reply(leader, tag)))")
      return
    }
  }

  @Test("a snapshot that could not be written says so, and the next mark tries again")
  func failed() throws {
    var (trio, leader, _) = Trio.led()
    trio.holdsSnapshots = true
    let tag = trio.call(leader, .takeSnapshot)
    let (descriptor, _) = try #require(written(trio[leader].snapshotJobs).first)
    trio[leader].snapshotJobs = []
    trio.step(leader, .snapshotFailed(descriptor.position))
    #expect(trio.error(leader, tag)?.code == .diskFull)
    trio.holdsSnapshots = false
    let again = trio.call(leader, .takeSnapshot)
    trio.pass(.milliseconds(100))
    #expect(trio.reply(leader, again) != nil && trio.error(leader, again) == nil)
  }

  @Test("a mark is proposed by itself when enough was applied")
  func due() {
    var (trio, leader, _) = Trio.led { $0.limits.markEntriesLeast = 10 }
    for number in 0..<30 { _ = trio.call(leader, .put("k", "\(number)")) }
    #expect(trio[leader].storage.snapshot != nil)
    #expect(trio[leader].replica.core.snapshot != nil)
  }

  @Test("pitfall 37: a view cut at a mark has a whole transaction or nothing of it")
  func atomic() throws {
    var (trio, leader, _) = Trio.led()
    trio.holdsSnapshots = true
    let puts = (0..<100).map {
      Transaction.Step.put(Put(key: Array("k\($0)".utf8)[...], value: [1]))
    }
    let transaction = Transaction(compare: [], success: puts, failure: [])
    let command = Command(.transaction(transaction)).encoded()[...]
    // The mark and the transaction race in one turn, in both orders.
    _ = trio.send(leader, .takeSnapshot)
    _ = trio.send(leader, .write(command))
    trio.settle()
    let (descriptor, view) = try #require(written(trio[leader].snapshotJobs).first)
    let store = FakeStorage.load(view, descriptor)
    let query = RangeQuery(range: .prefix(Array("k".utf8)[...]), content: .countOnly)
    let count = try store.read(query).count
    #expect(count == 0 || count == 100)
    #expect(store.appliedIndex == descriptor.position.index)
    #expect(store.stateHash == descriptor.stateHash)
  }

  @Test("pitfall 57: after a restart from a snapshot and the log behind it nothing went backwards")
  func restart() {
    var (trio, leader, followers) = Trio.led()
    let follower = followers[0]
    for number in 0..<5 { _ = trio.call(leader, .put("a", "\(number)")) }
    _ = trio.call(leader, .takeSnapshot)
    for number in 5..<9 { _ = trio.call(leader, .put("a", "\(number)")) }
    trio.pass(.milliseconds(200))
    let before = trio[follower].replica.store
    trio.kill(follower)
    trio.start(follower)
    #expect(trio[follower].replica.store.appliedIndex > .zero)
    trio.pass(.seconds(1))
    let after = trio[follower].replica.store
    #expect(after.revision >= before.revision)
    #expect(trio.stored(follower, "a") == "8")
    trio.pass(.milliseconds(200))
    #expect(
      trio[follower].replica.store.stateHash == trio[trio.leader ?? leader].replica.store.stateHash)
  }

  /// The leader's states in which "a" is 0 and 1, older first.
  private func twoSnapshots(
    of leader: Int, _ trio: inout Trio
  ) throws -> [(SnapshotDescriptor, Store)] {
    try (0..<2).map { number in
      _ = trio.call(leader, .put("a", "\(number)"))
      _ = trio.call(leader, .takeSnapshot)
      let (descriptor, view) = try #require(trio[leader].storage.snapshot)
      return (descriptor, FakeStorage.load(view, descriptor))
    }
  }

  @Test("pitfall 36: of two received snapshots that are ready in one turn the newer is installed")
  func twoAtOnce() throws {
    var (trio, leader, followers) = Trio.led()
    let behind = followers[0]
    trio.isolate(behind)
    let received = try twoSnapshots(of: leader, &trio)
    let inputs = received.map { ReplicaInput.snapshotLoaded($0.0, $0.1) }
    for order in [inputs, inputs.reversed()] {
      var fork = trio
      fork.turn(behind, order)
      #expect(fork[behind].replica.store.appliedIndex == received[1].0.position.index)
      #expect(fork.stored(behind, "a") == "1")
    }
  }

  @Test("pitfall 36: of two states that are ready in one turn consensus may take either")
  func eitherOfTwo() throws {
    var (trio, leader, followers) = Trio.led()
    trio.isolate(followers[0])
    let received = try twoSnapshots(of: leader, &trio)
    for chosen in received {
      var replica = trio[followers[0]].replica
      for (descriptor, state) in received { replica.snapshotLoaded(descriptor, state) }
      replica.install(chosen.0)
      #expect(replica.store.appliedIndex == chosen.0.position.index)
      #expect(replica.loaded.isEmpty)
    }
  }

  @Test("a received state that does not have the hash it names is refused")
  func wrongHash() throws {
    var (trio, leader, followers) = Trio.led()
    _ = trio.call(leader, .put("a", "1"))
    _ = trio.call(leader, .takeSnapshot)
    let (good, view) = try #require(trio[leader].storage.snapshot)
    let wrong = SnapshotDescriptor(
      position: good.position, logTime: good.logTime, membership: good.membership,
      cluster: good.cluster, stateHash: good.stateHash ^ 1)
    trio.isolate(followers[0])
    trio.kill(followers[0])
    trio[followers[0]].storage = FakeStorage(genesis: Trio.genesis)
    trio.start(followers[0])
    let before = trio[followers[0]].replica.store.appliedIndex
    let effects = trio.step(followers[0], .snapshotLoaded(wrong, FakeStorage.load(view, good)))
    #expect(effects.events.contains { if case .refusedSnapshot = $0 { true } else { false } })
    #expect(trio[followers[0]].replica.store.appliedIndex == before)
  }

  @Test("pitfall 39: while a snapshot is being written, heartbeats and writes go on")
  func writingDoesNotBlock() {
    var (trio, leader, _) = Trio.led()
    trio.holdsSnapshots = true
    _ = trio.call(leader, .takeSnapshot)
    let term = trio[leader].replica.core.term
    trio.pass(.seconds(5))
    #expect(trio[leader].replica.core.term == term)
    let done = trio.call(leader, .put("a", "1"))
    #expect(trio.isWritten(leader, done))
  }
}
