import Determinism
import RaftTypes
import Testing

@testable import RaftCore

@Suite("§7 Snapshots")
struct SnapshotTests {
  /// A cluster whose limits keep no tail, with a leader and some entries everywhere.
  private static func cluster(tail: Int = 0, seed: UInt64 = 1) throws -> (Cluster, NodeID) {
    var limits = Limits()
    limits.tailBytes = tail
    var cluster = Cluster(3, seed: seed, settings: .lan.with(limits))
    let leader = try cluster.elect()
    for number in 0..<10 { try cluster.propose("x\(number)", at: leader) }
    try cluster.run(for: .milliseconds(500))
    return (cluster, leader)
  }

  @Test("pitfall 38: a snapshot with no tail lets the log start behind it, and replication goes on")
  func noTail() throws {
    var (cluster, leader) = try Self.cluster()
    for id in cluster.ids { try cluster.takeSnapshot(at: id) }
    #expect(cluster[leader].log.base == cluster[leader].log.last)
    try cluster.propose("y", at: leader)
    try cluster.run(for: .milliseconds(500))
    #expect(cluster.hasConverged(cluster.ids))
  }

  @Test("a tail stays for followers a little slower than the snapshot")
  func tail() throws {
    var (cluster, leader) = try Self.cluster(tail: 100)
    try cluster.takeSnapshot(at: leader)
    let kept = cluster[leader].log.last.index.distance(from: cluster[leader].log.base.index)
    #expect(kept == 2)
    #expect(cluster[leader].log.bytes <= 100)
  }

  @Test("a follower that lacks what is compacted gets the snapshot, and then the log behind it")
  func farBehind() throws {
    var (cluster, leader) = try Self.cluster()
    let follower = try #require(cluster.ids.first { $0 != leader })
    try cluster.crash(follower)
    for number in 0..<10 { try cluster.propose("y\(number)", at: leader) }
    try cluster.run(for: .milliseconds(200))
    try cluster.takeSnapshot(at: leader)
    try cluster.propose("z", at: leader)
    cluster.start(follower)
    try cluster.run(for: .seconds(1))
    #expect(cluster[follower].snapshot?.position == cluster[leader].snapshot?.position)
    #expect(cluster.hasConverged(cluster.ids))
    #expect(cluster[leader].term == cluster[follower].term)
  }

  @Test("a snapshot arrives over links that lose and copy a third of everything", arguments: 0..<10)
  func lossy(seed: UInt64) throws {
    var (cluster, leader) = try Self.cluster(seed: seed)
    let follower = try #require(cluster.ids.first { $0 != leader })
    try cluster.crash(follower)
    for number in 0..<10 { try cluster.propose("y\(number)", at: leader) }
    try cluster.run(for: .milliseconds(200))
    try cluster.takeSnapshot(at: leader)
    cluster.start(follower)
    cluster.network.lossPercent = 30
    cluster.network.copyPercent = 30
    try cluster.run(for: .seconds(20))
    cluster.network.lossPercent = 0
    try cluster.run(atMost: .seconds(5)) { $0.hasConverged($0.ids) }
  }

  @Test("the last word of a transfer may be lost: the leader asks again")
  func lostLastWord() throws {
    var (cluster, leader) = try Self.cluster()
    let follower = try #require(cluster.ids.first { $0 != leader })
    try cluster.crash(follower)
    try cluster.propose("y", at: leader)
    try cluster.run(for: .milliseconds(200))
    try cluster.takeSnapshot(at: leader)
    cluster.start(follower)
    cluster.network.fate = { envelope in
      if case .appendReply(.accepted) = envelope.message, envelope.from == follower { return .lose }
      return .arrive
    }
    try cluster.run(atMost: .seconds(5)) { $0[follower].snapshot != nil }
    cluster.network.fate = { _ in .arrive }
    try cluster.propose("z", at: leader)
    try cluster.run(atMost: .seconds(2)) { $0.hasConverged($0.ids) }
  }

  @Test("copies of an answer do not multiply the transfer")
  func copies() throws {
    var limits = Limits()
    limits.tailBytes = 0
    var lone = Lone(settings: .lan.with(limits))
    try lone.leadInEarnest()
    let descriptor = try Self.compacted(&lone)
    try lone.receive(
      .appendReply(.rejected(previous: at(0, 1), hint: .origin)), from: n3, term: 1)
    #expect(lone.effects.snapshotSends.map(\.offset) == [0])
    let reply = SnapshotReply(position: descriptor.position, received: 10)
    try lone.receive(.snapshotReply(reply), from: n3, term: 1)
    #expect(lone.effects.snapshotSends.map(\.offset) == [10])
    try lone.receive(.snapshotReply(reply), from: n3, term: 1)
    #expect(lone.effects.snapshotSends.isEmpty)
  }

  @Test("a receiver that starts over is asked from where it stands, after a silence")
  func startsOver() throws {
    var limits = Limits()
    limits.tailBytes = 0
    var lone = Lone(settings: .lan.with(limits))
    try lone.leadInEarnest()
    let descriptor = try Self.compacted(&lone)
    try lone.receive(
      .appendReply(.rejected(previous: at(0, 1), hint: .origin)), from: n3, term: 1)
    for received: UInt64 in [20, 5] {
      let reply = SnapshotReply(position: descriptor.position, received: received)
      try lone.receive(.snapshotReply(reply), from: n3, term: 1)
    }
    var offsets: [UInt64] = []
    for _ in 0..<20 {
      try lone.wait(.milliseconds(50))
      offsets += lone.effects.snapshotSends.map(\.offset)
      let round = lone.effects.heartbeats.first?.round ?? 0
      let reply = HeartbeatReply(round: round, mark: nil, applied: .zero)
      try lone.receive(.heartbeatReply(reply), from: n2, term: 1)
    }
    #expect(offsets == [5])
  }

  @Test("a receiver that had all of it and lost it in a crash is sent it again")
  func lostAll() throws {
    var limits = Limits()
    limits.tailBytes = 0
    var lone = Lone(settings: .lan.with(limits))
    try lone.leadInEarnest()
    let descriptor = try Self.compacted(&lone)
    try lone.receive(
      .appendReply(.rejected(previous: at(0, 1), hint: .origin)), from: n3, term: 1)
    let whole = SnapshotReply(position: descriptor.position, received: 20)
    try lone.receive(.snapshotReply(whole), from: n3, term: 1)
    var offsets: [UInt64] = []
    for _ in 0..<40 {
      try lone.wait(.milliseconds(50))
      offsets += lone.effects.snapshotSends.map(\.offset)
      let round = lone.effects.heartbeats.first?.round ?? 0
      let asked = lone.effects.appends.map(\.previous)
      let reply = HeartbeatReply(round: round, mark: nil, applied: .zero)
      try lone.receive(.heartbeatReply(reply), from: n2, term: 1)
      for previous in asked {
        try lone.receive(
          .appendReply(.rejected(previous: previous, hint: .origin)), from: n3, term: 1)
      }
    }
    #expect(offsets == [0, 0, 0])
  }

  @Test("who loses the lead within a turn sends no snapshot in the next leader's term")
  func losesTheLead() throws {
    var limits = Limits()
    limits.tailBytes = 0
    var lone = Lone(settings: .lan.with(limits))
    try lone.leadInEarnest()
    _ = try Self.compacted(&lone)
    let refusal = Message.appendReply(.rejected(previous: at(0, 1), hint: .origin))
    try lone.receive(refusal, from: n3, term: 1)
    #expect(lone.effects.snapshotSends.count == 1)
    let position = try #require(lone.node.snapshot?.position)
    let more = Message.snapshotReply(SnapshotReply(position: position, received: 9))
    let beat = Message.heartbeat(Heartbeat(round: 1, commit: .zero))
    let effects = lone.node.step(
      [
        .received(Envelope(from: n3, to: n1, term: Term(1), message: more)),
        .received(Envelope(from: n2, to: n1, term: Term(2), message: beat)),
      ], at: lone.now)
    #expect(effects.relinquish)
    #expect(effects.snapshotSends.isEmpty)
  }

  /// Applies and compacts everything the leader has.
  private static func compacted(_ lone: inout Lone) throws -> SnapshotDescriptor {
    let membership = try #require(lone.node.membership)
    let descriptor = SnapshotDescriptor(
      position: lone.node.log.last, logTime: .zero, membership: membership,
      cluster: ClusterID(7, epoch: 1), stateHash: 1)
    try lone.step(.snapshotTaken(descriptor))
    return descriptor
  }

  @Test("a crash between a snapshot and the log's reset leaves one whole state")
  func crashBetween() throws {
    let membership = MembershipTests.simple([1, 2, 3])
    let snapshot = SnapshotDescriptor(
      position: at(3, 9), logTime: LogTime(milliseconds: 4), membership: membership,
      cluster: ClusterID(7, epoch: 1), stateHash: 1)
    let slots = [LogSlot.entry(Lone.genesis(3))] + Lone.entries(2, 2...12).map { .entry($0) }
    var node = RaftNode(
      id: n1, settings: .lan,
      recovered: Recovered(
        ballot: .blank, incarnation: DiskIncarnation(100), snapshot: snapshot, base: .origin,
        slots: slots), seed: 1, at: Instant(nanoseconds: 0))
    #expect(node.log.last == at(3, 9))
    let effects = node.step(.timePassed, at: Instant(nanoseconds: 1))
    #expect(effects.logWrites.map(\.change) == [.reset(snapshot)])
    try node.checkInvariants()
  }
}
