import Determinism
import RaftTypes
import Testing

@testable import RaftCore

@Suite("§8 Client interaction: reads")
struct ReadTests {
  @Test("a read is ready once a quorum answers a round that began after it")
  func confirmed() throws {
    var lone = Lone()
    try lone.leadInEarnest()
    try lone.step(.read([7]))
    let round = try #require(lone.effects.heartbeats.first?.round)
    try lone.receive(Self.reply(round - 1), term: 1)
    #expect(lone.effects.readsReady.isEmpty)
    try lone.receive(Self.reply(round), term: 1)
    #expect(lone.effects.readsReady == [ReadReady(ticket: 7, index: LogIndex(2))])
  }

  @Test("reads that come while a round is out share the next one")
  func batched() throws {
    var lone = Lone()
    try lone.leadInEarnest()
    try lone.step(.read([1]))
    let first = try #require(lone.effects.heartbeats.first?.round)
    try lone.step(.read([2]))
    try lone.step(.read([3]))
    #expect(lone.effects.heartbeats.isEmpty)
    try lone.receive(Self.reply(first), term: 1)
    #expect(lone.effects.readsReady.map(\.ticket) == [1])
    let second = try #require(lone.effects.heartbeats.first?.round)
    try lone.receive(Self.reply(second), term: 1)
    #expect(lone.effects.readsReady.map(\.ticket) == [2, 3])
  }

  @Test("pitfall 16: a read waits for the first commit of the leader's term")
  func ownTermFirst() throws {
    var lone = Lone(log: [1, 1])
    let won = try lone.lead()
    try lone.step(.read([7]))
    try lone.receive(Self.reply(1), term: lone.node.term.number)
    try lone.wait(.milliseconds(50))
    let round = try #require(lone.effects.heartbeats.first?.round)
    try lone.receive(Self.reply(round), term: lone.node.term.number)
    #expect(lone.effects.readsReady.isEmpty)
    try lone.finish(won)
    try lone.accept(lone.node.log.last, from: n2)
    let next = try #require(lone.effects.heartbeats.first?.round)
    try lone.receive(Self.reply(next), term: lone.node.term.number)
    #expect(lone.effects.readsReady == [ReadReady(ticket: 7, index: LogIndex(4))])
  }

  @Test("pitfall 17: an answer of an earlier round or term proves nothing for a later read")
  func notReused() throws {
    var lone = Lone()
    try lone.leadInEarnest()
    try lone.wait(.milliseconds(50))
    let old = try #require(lone.effects.heartbeats.first?.round)
    try lone.step(.read([7]))
    for _ in 0..<3 { try lone.receive(Self.reply(old), term: 1) }
    try lone.receive(Self.reply(old + 1), from: n3, term: 0)
    #expect(lone.effects.readsReady.isEmpty)
  }

  @Test("pitfall 17: who is told that its term is over learns no round that it may count later")
  func staleRound() throws {
    var lone = Lone(ballot: Ballot(term: Term(5), vote: nil))
    try lone.receive(.heartbeat(Heartbeat(round: 100, commit: .zero)), term: 3)
    let rounds = lone.effects.everything.compactMap { envelope -> UInt64? in
      if case .heartbeatReply(let reply) = envelope.message { reply.round } else { nil }
    }
    #expect(rounds == [0])
  }

  @Test("pitfall 17: a question's number is not used again by the next life of a node")
  func questions() throws {
    var tickets: [UInt64] = []
    for seed in 0..<20 {
      var node = RaftNode(
        id: n1, settings: .lan,
        recovered: Recovered(
          ballot: .blank, incarnation: DiskIncarnation(100), snapshot: nil, base: .origin,
          slots: [.entry(Lone.genesis(3))]), seed: UInt64(seed), at: Instant(nanoseconds: 0))
      let beat = Envelope(
        from: n2, to: n1, term: .zero, message: .heartbeat(Heartbeat(round: 1, commit: .zero)))
      let effects = node.step(
        [.received(beat), .read([1])], at: Instant(nanoseconds: 1))
      for case .readIndexRequest(let request) in effects.messages.map(\.message) {
        tickets.append(request.ticket)
      }
    }
    #expect(Set(tickets).count == 20)
  }

  @Test(
    "pitfall 17: a leader that was paused answers no read it can no longer prove",
    arguments: 0..<20)
  func paused(seed: UInt64) throws {
    var cluster = Cluster(3, seed: seed)
    let old = try cluster.elect()
    // The others' answers are on their way to it when it stops.
    cluster.network.fate = { $0.to == old ? .keep : .arrive }
    try cluster.read(at: old)
    let others = cluster.ids.filter { $0 != old }
    try cluster.run(for: .milliseconds(5))
    for id in others { cluster.network.cut(old, id) }
    let next = try cluster.elect { $0 != old }
    try cluster.propose("newer", at: next)
    try cluster.run(for: .milliseconds(100))
    try cluster.read(at: old)
    cluster.network.fate = { _ in .arrive }
    try cluster.deliverKept()
    cluster.heal()
    try cluster.run(for: .seconds(2))
    #expect(cluster.ledger.reads.isEmpty)
  }

  @Test("pitfall 18: every read is answered or refused, whatever becomes of the leader")
  func neverSilent() throws {
    var cluster = Cluster(3, learners: 1)
    let leader = try cluster.elect()
    for id in cluster.ids { try cluster.read(at: id) }
    try cluster.run(for: .milliseconds(100))
    #expect(cluster.ledger.readsDone == 4)
    // Nobody answers any more: the leader's own, the followers' and the learner's reads all end.
    cluster.partition([])
    for id in cluster.ids { try cluster.read(at: id) }
    try cluster.run(for: .seconds(2))
    #expect(cluster.ledger.reads.isEmpty)
    #expect(cluster[leader].isLeader == false)
    // And during an election.
    for id in cluster.ids { try cluster.read(at: id) }
    try cluster.run(for: .seconds(2))
    #expect(cluster.ledger.reads.isEmpty)
  }

  @Test("pitfall 21: a node that just started serves nothing older than what was acknowledged")
  func afterRestart() throws {
    var cluster = Cluster(3)
    for _ in 0..<5 {
      let leader = try cluster.elect()
      try cluster.propose("x", at: leader)
      try cluster.run(for: .milliseconds(100))
      for id in cluster.ids { try cluster.crash(id) }
      for id in cluster.ids { cluster.start(id) }
      for id in cluster.ids { try cluster.read(at: id) }
      try cluster.elect()
      for id in cluster.ids { try cluster.read(at: id) }
      try cluster.run(for: .seconds(1))
    }
    #expect(cluster.ledger.reads.isEmpty)
    #expect(cluster.ledger.readsDone >= 15)
  }

  @Test("a follower's read takes one question and no heartbeat's patience")
  func follower() throws {
    var cluster = Cluster(3)
    let leader = try cluster.elect()
    try cluster.propose("x", at: leader)
    try cluster.settle()
    let follower = try #require(cluster.ids.first { $0 != leader })
    let ticket = try cluster.read(at: follower)
    try cluster.settle()
    #expect(cluster.ledger.ready[ticket] == cluster.oracle.end)
    #expect(cluster.servers[follower]?.applied == cluster.oracle.end)
  }

  @Test("a lease counts from when its round was sent (pitfall 19)")
  func sendTime() throws {
    var lone = Lone()
    try lone.leadInEarnest()
    try lone.wait(.milliseconds(50))
    let sent = lone.now
    let round = try #require(lone.effects.heartbeats.first?.round)
    lone.now = lone.now + .milliseconds(40)
    try lone.receive(Self.reply(round), term: 1)
    guard case .leader(let leadership) = lone.node.role else { throw Violation("no leader") }
    #expect(leadership.rounds.confirmedSentAt == sent)
  }

  @Test("more reads than the bound are refused as overload")
  func overload() throws {
    var limits = Limits()
    limits.pendingReads = 3
    var lone = Lone(settings: .lan.with(limits))
    try lone.leadInEarnest()
    try lone.step(.read([1, 2, 3, 4, 5]))
    #expect(lone.effects.refusedReads.map(\.ticket) == [4, 5])
    #expect(lone.effects.refusedReads.allSatisfy { $0.reason == .overloaded })
  }

  private static func reply(_ round: UInt64) -> Message {
    .heartbeatReply(HeartbeatReply(round: round, mark: nil, applied: .zero))
  }
}
