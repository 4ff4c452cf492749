import ClientProtocol
import Determinism
import KeyValueStore
import RaftCore
import RaftTypes
import Replica
import Testing

@Suite("Snapshots of a state to which nothing happens any more")
struct QuietMarkTests {
  private static func led() -> (Trio, Int) {
    var (trio, leader, _) = Trio.led { $0.limits.quietBytesLeast = 1000 }
    trio.holdsSnapshots = true
    return (trio, leader)
  }

  private func put(_ trio: inout Trio, _ leader: Int, _ key: String, bytes: Int) {
    _ = trio.call(leader, .put(key, String(repeating: "v", count: bytes)))
  }

  private func written(_ trio: Trio, _ node: Int) -> [LogPosition] {
    trio[node].snapshotJobs.compactMap { job in
      if case .write(let descriptor, _) = job { descriptor.position } else { nil }
    }
  }

  /// The writer of a node says that it is done.
  private func finish(_ trio: inout Trio, _ node: Int) throws {
    guard case .write(let descriptor, _)? = trio[node].snapshotJobs.first else {
      Issue.record("nothing is being written")
      return
    }
    trio[node].snapshotJobs.removeFirst()
    trio.step(node, .snapshotWritten(descriptor, bytes: 100))
    trio.settle()
  }

  @Test("two seconds after the last command every node cuts its view, at the same index, once")
  func quiet() {
    var (trio, leader) = Self.led()
    put(&trio, leader, "a", bytes: 2000)
    trio.pass(.milliseconds(1900))
    #expect((1...3).allSatisfy { written(trio, $0).isEmpty })
    trio.pass(.milliseconds(300))
    let cuts = (1...3).map { written(trio, $0) }
    #expect(cuts.allSatisfy { $0.count == 1 } && Set(cuts.joined()).count == 1)
    trio.pass(.seconds(10))
    #expect((1...3).map { written(trio, $0) } == cuts)
  }

  @Test("the leader asks to be stepped when the mark is due, and not before")
  func deadline() {
    var (trio, leader) = Self.led()
    trio.holdsSnapshots = false
    put(&trio, leader, "a", bytes: 2000)
    let due = trio.now + .seconds(2)
    var turns = 0
    while trio.now < due {
      trio.pass(.milliseconds(5))
      turns += trio[leader].replica.nextDeadline <= trio.now ? 1 : 0
    }
    trio.pass(.milliseconds(50))
    #expect(trio[leader].replica.core.snapshot != nil)
    #expect(turns == 0)
  }

  @Test("none while commands keep coming, and none for little")
  func busy() {
    var (trio, leader) = Self.led()
    for number in 0..<10 {
      put(&trio, leader, "k\(number)", bytes: 500)
      trio.pass(.milliseconds(1500))
    }
    #expect(written(trio, leader).isEmpty)
    var (other, first) = Self.led()
    put(&other, first, "a", bytes: 500)
    other.pass(.seconds(10))
    #expect(written(other, first).isEmpty)
  }

  @Test("none while clients ask for much, and one although they ask for little")
  func reads() {
    var (trio, leader, _) = Trio.led {
      $0.limits.quietBytesLeast = 1000
      $0.limits.quietCalls = 4
    }
    trio.holdsSnapshots = true
    put(&trio, leader, "a", bytes: 2000)
    for _ in 0..<10 {
      for _ in 0..<4 { _ = trio.call(leader, .get("a")) }
      trio.pass(.milliseconds(1500))
    }
    #expect(written(trio, leader).isEmpty)
    _ = trio.call(leader, .get("a"))
    trio.pass(.milliseconds(600))
    #expect(written(trio, leader).count == 1)
  }

  @Test("none for less than an eighth of the state, so that bursts do not write it over and over")
  func part() throws {
    var (trio, leader) = Self.led()
    put(&trio, leader, "a", bytes: 20_000)
    trio.pass(.seconds(3))
    for node in 1...3 { try finish(&trio, node) }
    put(&trio, leader, "b", bytes: 2000)
    trio.pass(.seconds(3))
    #expect(written(trio, leader).isEmpty)
    put(&trio, leader, "c", bytes: 1000)
    trio.pass(.seconds(3))
    #expect((1...3).allSatisfy { written(trio, $0).count == 1 })
  }

  @Test("a mark that comes while a snapshot is being written waits for it; only the newest does")
  func waits() throws {
    var (trio, leader) = Self.led()
    let follower = leader % 3 + 1
    _ = trio.call(leader, .takeSnapshot)
    for number in 0..<3 {
      try finish(&trio, leader)
      put(&trio, leader, "k\(number)", bytes: 10)
      _ = trio.call(leader, .takeSnapshot)
      trio.pass(.milliseconds(200))
    }
    let newest = written(trio, leader)
    #expect(newest.count == 1 && written(trio, follower).count == 1)
    #expect(newest != written(trio, follower))
    try finish(&trio, follower)
    #expect(written(trio, follower) == newest)
    try finish(&trio, follower)
    #expect(written(trio, follower).isEmpty)
  }

  @Test("a stop gives up the snapshot that is being written, and leaves one of the whole state")
  func stopped() throws {
    var (trio, leader) = Self.led()
    let node = leader % 3 + 1
    put(&trio, leader, "a", bytes: 2000)
    _ = trio.call(leader, .takeSnapshot)
    trio.pass(.milliseconds(200))
    #expect(written(trio, node).count == 1)
    trio.step(node, .stop)
    let (descriptor, _) = try #require(trio[node].replica.lastSnapshot)
    #expect(descriptor.position.index == trio[node].replica.store.appliedIndex)
  }
}
