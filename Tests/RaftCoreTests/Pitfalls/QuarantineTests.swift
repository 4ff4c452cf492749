import Determinism
import RaftTypes
import Testing

@testable import RaftCore

@Suite("Pitfalls: states that differ")
struct QuarantineTests {
  private static let right: UInt64 = 0xa
  private static let wrong: UInt64 = 0xb

  private static func mark(_ index: UInt64, _ hash: UInt64) -> StateMark {
    StateMark(index: LogIndex(index), hash: hash)
  }

  private static func reply(
    _ lone: Lone, mark: StateMark?, needsState: Bool = false
  ) -> Message {
    guard case .leader(let leadership) = lone.node.role else { return .append(.nothing) }
    return .heartbeatReply(
      HeartbeatReply(
        round: leadership.rounds.newest, mark: mark, applied: LogIndex(1), needsState: needsState))
  }

  /// A cluster with a snapshot and some writes; whom the argument names errs from then on.
  private static func cluster(erring: (NodeID) -> Bool) throws -> (Cluster, NodeID) {
    var cluster = Cluster(3, learners: 1)
    let leader = try cluster.elect()
    for number in 0..<12 { try cluster.propose("x\(number)", at: leader) }
    try cluster.run(for: .milliseconds(200))
    try cluster.takeSnapshot(at: leader)
    for id in cluster.ids where erring(id == leader ? n1 : id == n1 ? leader : id) {
      cluster.servers[id]?.errs = true
    }
    for number in 0..<12 { try cluster.propose("y\(number)", at: leader) }
    return (cluster, leader)
  }

  @Test("pitfall 50: a follower whose state differs takes the leader's, and no other node does")
  func follower() throws {
    var (cluster, leader) = try Self.cluster { $0 == n2 }
    try cluster.run(for: .milliseconds(300))
    #expect(cluster.ledger.quarantines == 1)
    try cluster.takeSnapshot(at: leader)
    try cluster.run(atMost: .seconds(5)) { cluster in
      cluster.hasConverged(cluster.ids)
        && cluster.ids.allSatisfy { cluster[$0].stateIsSound }
    }
    #expect(cluster.leader == leader)
    #expect(cluster.ledger.quarantines == 1)
  }

  @Test("pitfall 50: a leader whose state differs from a quorum's leads no longer")
  func leader() throws {
    var (cluster, wrong) = try Self.cluster { $0 == n1 }
    try cluster.run(atMost: .seconds(5)) { $0.ledger.quarantines == 1 }
    #expect(!cluster[wrong].isLeader)
    #expect(!cluster[wrong].stateIsSound)
    let next = try cluster.elect { $0 != wrong }
    try cluster.run(for: .milliseconds(200))
    try cluster.takeSnapshot(at: next)
    try cluster.run(atMost: .seconds(5)) { cluster in
      cluster.hasConverged(cluster.ids) && cluster[wrong].stateIsSound
    }
  }

  @Test("pitfall 50: a learner is compared, and decides nothing")
  func learner() throws {
    var (cluster, leader) = try Self.cluster { $0 == n4 }
    try cluster.run(for: .milliseconds(300))
    #expect(cluster.ledger.quarantines == 1)
    try cluster.takeSnapshot(at: leader)
    try cluster.run(atMost: .seconds(5)) { $0.hasConverged($0.ids) && $0[n4].stateIsSound }
  }

  @Test("pitfall 50: when no quorum can agree, that is said, and nobody is quarantined")
  func dispute() throws {
    var lone = Lone()
    try lone.leadInEarnest()
    try lone.step(.applied(LogIndex(2), mark: Self.mark(2, Self.right)))
    var divergence: LogIndex?
    for _ in 0..<200 {
      try lone.wait(.milliseconds(50))
      for (peer, hash) in [(n2, Self.wrong), (n3, UInt64(0xc))] {
        try lone.receive(
          Self.reply(lone, mark: Self.mark(2, hash)), from: peer, term: lone.node.term.number)
        divergence = lone.effects.divergence ?? divergence
      }
    }
    try lone.meetDeadline()
    #expect((lone.effects.divergence ?? divergence) == LogIndex(2))
    #expect(lone.node.stateIsSound)
  }

  @Test("pitfall 50: a leader that comes late to a mark is compared with what the others share")
  func lateLeader() throws {
    var lone = Lone()
    try lone.leadInEarnest()
    for peer in [n2, n3] {
      try lone.receive(
        Self.reply(lone, mark: Self.mark(2, Self.right)), from: peer, term: lone.node.term.number)
    }
    #expect(lone.node.isLeader)
    try lone.step(.applied(LogIndex(2), mark: Self.mark(2, Self.wrong)))
    #expect(!lone.node.isLeader)
    #expect(lone.effects.quarantine?.agreed == Self.mark(2, Self.right))
  }

  @Test("a snapshot of a state that is wrong replaces nothing, and its mark is not reported")
  func wrongSnapshot() throws {
    var lone = Lone(log: [1, 1], ballot: Ballot(term: Term(1), vote: nil))
    try lone.append([], after: at(1, 3), commit: 3, term: 1)
    try lone.step(.applied(LogIndex(3), mark: Self.mark(3, Self.wrong)))
    let beat = Heartbeat(round: 1, commit: LogIndex(3), agreed: Self.mark(3, Self.right))
    try lone.receive(.heartbeat(beat), term: 1)
    #expect(!lone.node.stateIsSound)
    let known = Membership(voters: (1...3).map { Cluster.member($0) })
    try lone.step(
      .snapshotTaken(
        SnapshotDescriptor(
          position: at(1, 3), logTime: .zero, membership: known, cluster: ClusterID(7, epoch: 1),
          stateHash: Self.wrong)))
    #expect(lone.node.snapshot == nil)
    #expect(lone.node.log.base == .origin)
    try lone.step(.applied(LogIndex(3), mark: Self.mark(3, Self.wrong)))
    try lone.receive(
      .heartbeat(Heartbeat(round: 2, commit: LogIndex(3), agreed: nil)), term: 1)
    let replies = lone.effects.messages.compactMap { envelope -> HeartbeatReply? in
      if case .heartbeatReply(let reply) = envelope.message { reply } else { nil }
    }
    #expect(replies.map(\.mark) == [nil])
    #expect(replies.map(\.needsState) == [true])
  }

  @Test("a voter without a state acknowledges entries while it receives one: a quorum needs it")
  func acknowledgesMeanwhile() throws {
    var limits = Limits()
    limits.tailBytes = 0
    var cluster = Cluster(3, settings: .lan.with(limits))
    cluster.servesNeedy = false
    let leader = try cluster.elect()
    for number in 0..<5 { try cluster.propose("x\(number)", at: leader) }
    try cluster.run(for: .milliseconds(100))
    try cluster.takeSnapshot(at: leader)
    let (lost, dead) = (
      cluster.ids.filter { $0 != leader }[0], cluster.ids.filter { $0 != leader }[1]
    )
    for number in 0..<5 { try cluster.propose("y\(number)", at: leader) }
    try cluster.run(for: .milliseconds(100))
    // The one that loses its state starts its log behind the leader's snapshot.
    try cluster.takeSnapshot(at: lost)
    try cluster.run(for: .milliseconds(100))
    try cluster.crash(dead)
    try cluster.crash(lost)
    cluster.servers[lost]?.disk.lostState = true
    cluster.start(lost)
    try cluster.run(for: .seconds(2))
    #expect(cluster.leader == leader)
    let end = cluster.oracle.end
    for number in 0..<5 { try cluster.propose("z\(number)", at: leader) }
    try cluster.run(for: .milliseconds(500))
    #expect(cluster.oracle.end.number >= end.number + 5)
    #expect(!cluster[lost].stateIsSound)
    try cluster.takeSnapshot(at: leader)
    try cluster.run(atMost: .seconds(5)) {
      $0[lost].stateIsSound && $0.hasConverged([leader, lost])
    }
  }

  @Test("a state that was lost with a part of the log behind it is no reason to stop")
  func shortLog() throws {
    let known = Membership(voters: (1...3).map { Cluster.member($0) })
    let snapshot = SnapshotDescriptor(
      position: at(1, 9), logTime: .zero, membership: known, cluster: ClusterID(7, epoch: 1),
      stateHash: 1)
    let node = RaftNode(
      id: n1, settings: .lan,
      recovered: Recovered(
        ballot: Ballot(term: Term(1), vote: nil), incarnation: DiskIncarnation(100),
        snapshot: snapshot, base: .origin, slots: [.entry(Lone.genesis(3))], stateIsSound: false),
      seed: 1, at: Instant(nanoseconds: 0))
    try node.checkInvariants()
  }
}

extension Append {
  static let nothing = Append(previous: .origin, entries: [], commit: .zero)
}
