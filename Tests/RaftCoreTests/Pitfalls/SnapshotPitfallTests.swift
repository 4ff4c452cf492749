import Determinism
import RaftTypes
import Testing

@testable import RaftCore

@Suite("Pitfalls: snapshots")
struct SnapshotPitfallTests {
  private static func snapshot(_ position: LogPosition) -> SnapshotDescriptor {
    SnapshotDescriptor(
      position: position, logTime: .zero, membership: MembershipTests.simple([1, 2, 3]),
      cluster: ClusterID(7, epoch: 1), stateHash: 0)
  }

  @Test("pitfall 32: a snapshot over a log that differs removes all of it; the next append fits")
  func divergent() throws {
    var lone = Lone(log: [2, 2, 2, 2, 2, 2], ballot: Ballot(term: Term(3), vote: nil))
    try lone.receive(.heartbeat(Heartbeat(round: 1, commit: .zero)), term: 3)
    try lone.step(.snapshotReceived(Self.snapshot(at(3, 4))))
    #expect(lone.effects.install?.position == at(3, 4))
    #expect(lone.node.log.last == at(3, 4))
    #expect(lone.effects.acknowledged == [at(3, 4)])
    try lone.append(Lone.entries(3, 5...6), after: at(3, 4), term: 3)
    #expect(lone.node.log.last == at(3, 6))
  }

  @Test("a snapshot of a position that the log holds keeps what follows it")
  func keepsTail() throws {
    var lone = Lone(log: [2, 2, 2, 2, 2, 2], ballot: Ballot(term: Term(3), vote: nil))
    try lone.receive(.heartbeat(Heartbeat(round: 1, commit: .zero)), term: 3)
    try lone.step(.snapshotReceived(Self.snapshot(at(2, 4))))
    #expect(lone.node.log.base == at(2, 4))
    #expect(lone.node.log.last == at(2, 7))
    #expect(lone.effects.logWrites.isEmpty)
    #expect(lone.effects.acknowledged == [at(2, 4)])
  }

  @Test("pitfall 24: an installed snapshot's configuration replaces that of the entries it removes")
  func configuration() throws {
    let strange = Entry(
      position: at(2, 2), logTime: .zero,
      payload: .membership(MembershipTests.simple([1, 2, 3, 4, 5])))
    var node = RaftNode(
      id: n1, settings: .lan,
      recovered: Recovered(
        ballot: Ballot(term: Term(3), vote: nil), incarnation: DiskIncarnation(100),
        snapshot: nil, base: .origin, slots: [.entry(Lone.genesis(3)), .entry(strange)]),
      seed: 1, at: Instant(nanoseconds: 0))
    _ = node.step(.snapshotReceived(Self.snapshot(at(3, 4))), at: Instant(nanoseconds: 1))
    #expect(node.membership?.voters == [n1, n2, n3])
  }

  @Test("pitfall 33: a stale or repeated snapshot changes nothing, and is answered")
  func stale() throws {
    var lone = Lone(log: [1, 1, 1, 1], ballot: Ballot(term: Term(1), vote: nil))
    try lone.append([], after: at(1, 5), commit: 5, term: 1)
    let before = lone.node.log
    let chunk = SnapshotChunk(snapshot: Self.snapshot(at(1, 4)), offset: 0, size: 3, bytes: [0])
    try lone.receive(.snapshotChunk(chunk), term: 1)
    #expect(lone.effects.chunks.isEmpty)
    #expect(lone.effects.acknowledged == [at(1, 5)])
    try lone.step(.snapshotReceived(Self.snapshot(at(1, 4))))
    #expect(lone.effects.install == nil)
    #expect(lone.node.log == before)
    #expect(lone.node.commit == LogIndex(5))
  }

  @Test("pitfall 40: who receives a snapshot hears its leader; a candidate of its term steps down")
  func candidateSteps() throws {
    var lone = Lone()
    try lone.meetDeadline()
    try lone.receive(.preVoteReply(.yes(Term(1))), term: 0)
    guard case .candidate = lone.node.role else { throw Violation("no candidate") }
    let chunk = SnapshotChunk(snapshot: Self.snapshot(at(1, 9)), offset: 0, size: 3, bytes: [0])
    try lone.receive(.snapshotChunk(chunk), from: n3, term: 1)
    #expect(lone.node.leader == n3)
    #expect(lone.effects.chunks.count == 1)
    for _ in 0..<50 {
      try lone.wait(.milliseconds(250))
      try lone.receive(.snapshotChunk(chunk), from: n3, term: 1)
      #expect(lone.node.leader == n3)
    }
  }

  @Test("a snapshot of what a leader has anyway does not take it back")
  func leader() throws {
    var lone = Lone(log: [1, 1])
    try lone.lead()
    try lone.step(.snapshotReceived(Self.snapshot(at(1, 3))))
    #expect(lone.node.isLeader)
    #expect(lone.effects.install == nil)
  }
}
