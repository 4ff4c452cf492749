import Determinism
import RaftTypes
import Testing

@testable import RaftCore

@Suite("§6.4.1 Lease reads")
struct LeaseReadTests {
  private static let settings = Settings.lan.with(leaseReads: true)

  private static func answer(
    _ round: UInt64, loyalty: TimeSpan = settings.electionLeast
  ) -> Message {
    .heartbeatReply(HeartbeatReply(round: round, mark: nil, applied: .zero, loyalty: loyalty))
  }

  /// A leader that has committed in its term, and the round it has just sent.
  private func leader(
    _ voters: Int = 3, _ settings: Settings = settings
  ) throws -> (Lone, round: UInt64) {
    var lone = Lone(voters: voters, settings: settings)
    try lone.leadInEarnest()
    if voters > 3 { try lone.accept(lone.node.log.last, from: n3) }
    try lone.wait(.milliseconds(50))
    return (lone, try #require(lone.effects.heartbeats.first?.round))
  }

  @Test("a quorum's promise answers a read at once, and asks nobody")
  func atOnce() throws {
    var (lone, round) = try leader()
    try lone.receive(Self.answer(round), term: 1)
    try lone.step(.readByLease([7, 8]))
    #expect(lone.effects.readsReady.map(\.ticket) == [7, 8])
    #expect(lone.effects.readsReady.first?.index == lone.node.commit)
    #expect(lone.effects.leaseReads == 2)
    #expect(lone.effects.heartbeats.isEmpty)
  }

  @Test("who has it off asks for a round, and answers by it")
  func off() throws {
    var (lone, round) = try leader(3, .lan)
    try lone.receive(Self.answer(round), term: 1)
    try lone.step(.readByLease([7]))
    #expect(lone.effects.readsReady.isEmpty)
    let next = try #require(lone.effects.heartbeats.first?.round)
    try lone.receive(Self.answer(next), term: 1)
    #expect(lone.effects.readsReady.map(\.ticket) == [7])
    #expect(lone.effects.leaseReads == 0)
  }

  @Test("an answer without a promise lends nothing")
  func noPromise() throws {
    var (lone, round) = try leader()
    try lone.receive(Self.answer(round, loyalty: .zero), term: 1)
    try lone.step(.readByLease([7]))
    #expect(lone.effects.readsReady.isEmpty)
    #expect(!lone.effects.heartbeats.isEmpty)
  }

  @Test("pitfall 19: it counts from when the round was sent, less the drift of two clocks")
  func fromSending() throws {
    var (lone, round) = try leader()
    let end = lone.now + Self.settings.electionLeast.shortened
    lone.now = lone.now + .milliseconds(40)
    try lone.receive(Self.answer(round), term: 1)
    lone.now = end - .nanoseconds(1)
    try lone.step(.readByLease([7]))
    #expect(lone.effects.leaseReads == 1)
    lone.now = end
    try lone.step(.readByLease([8]))
    #expect(lone.effects.leaseReads == 0)
    #expect(lone.effects.readsReady.isEmpty)
  }

  @Test("a voter with shorter times lends only what it has; one with longer, no more than asked")
  func otherTimes() throws {
    for (loyalty, lasts) in [(100, 98), (5000, 294)] as [(UInt64, UInt64)] {
      var (lone, round) = try leader()
      let sent = lone.now
      try lone.receive(Self.answer(round, loyalty: .milliseconds(loyalty)), term: 1)
      lone.now = sent + .milliseconds(lasts)
      try lone.step(.readByLease([7]))
      #expect(lone.effects.leaseReads == 1)
      lone.now = sent + .milliseconds(lasts + 1)
      try lone.step(.readByLease([8]))
      #expect(lone.effects.leaseReads == 0)
    }
  }

  @Test("one promise of five is none, two are a quorum's with the leader itself")
  func quorum() throws {
    var (lone, round) = try leader(5)
    try lone.receive(Self.answer(round), from: n2, term: 1)
    try lone.step(.readByLease([7]))
    #expect(lone.effects.leaseReads == 0)
    try lone.receive(Self.answer(round), from: n3, term: 1)
    try lone.step(.readByLease([8]))
    #expect(lone.effects.leaseReads == 1)
  }

  @Test("pitfall 16: before the term's first commit there is nothing to read from")
  func ownTermFirst() throws {
    var lone = Lone(settings: Self.settings)
    try lone.finish(try lone.lead())
    try lone.receive(Self.answer(1), term: 1)
    try lone.step(.readByLease([7]))
    #expect(lone.effects.readsReady.isEmpty)
    #expect(lone.effects.leaseReads == 0)
  }

  @Test("pitfalls 20 and 66: from the hand-over on no lease is read from, in this term")
  func handOver() throws {
    var (lone, round) = try leader()
    try lone.receive(Self.answer(round), term: 1)
    try lone.accept(lone.node.log.last, from: n3)
    try lone.step(.transfer(to: n3))
    #expect(lone.effects.timeoutNows.count == 1)
    try lone.step(.readByLease([7]))
    #expect(lone.effects.leaseReads == 0)
  }

  @Test("promises of voters who decide no more are worth nothing")
  func formerVoters() throws {
    var (lone, round) = try leader(5)
    for peer in [n2, n3] { try lone.receive(Self.answer(round), from: peer, term: 1) }
    let others = [n1, n4, n5].map { Cluster.member($0.number) }
    try lone.step(
      .propose([Proposal(ticket: 1, payload: .membership(Membership(voters: others)))], .zero))
    try #require(lone.node.membership?.voters == [n1, n4, n5])
    try lone.step(.readByLease([7]))
    #expect(lone.effects.leaseReads == 0)
  }

  // MARK: Voters

  /// A node that follows n2 in term 1 and has promised it its loyalty just now.
  private func voter(_ settings: Settings = settings) throws -> Lone {
    var lone = Lone(settings: settings)
    try lone.receive(.heartbeat(Heartbeat(round: 1, commit: .zero)), term: 1)
    return lone
  }

  private func loyalty(_ lone: Lone) -> TimeSpan? {
    lone.effects.everything.lazy.compactMap { envelope -> TimeSpan? in
      if case .heartbeatReply(let reply) = envelope.message { reply.loyalty } else { nil }
    }.first
  }

  private func ask(_ term: UInt64, isTransfer: Bool = false) -> VoteRequest {
    VoteRequest(candidacy: Term(term), lastLog: at(9, 9), isTransfer: isTransfer)
  }

  @Test("a voter promises an election timeout, if it offers lease reads itself")
  func promises() throws {
    #expect(loyalty(try voter()) == .milliseconds(300))
    #expect(loyalty(try voter(.lan)) == .zero)
  }

  @Test("a promise outlives the term it was given in")
  func laterTerm() throws {
    var lone = try voter()
    // Somebody's late answer, of a term that this node had not heard of: whom it follows is over.
    try lone.receive(.preVoteReply(.no(Term(3))), from: n3, term: 3)
    try #require(lone.node.term == Term(3) && lone.node.leader == nil)
    lone.now = lone.now + .milliseconds(299)
    try lone.receive(.preVoteRequest(ask(4)), from: n3, term: 3)
    #expect(lone.effects.preVoteReplies.map(\.granted) == [false])
    try lone.receive(.voteRequest(ask(3)), from: n3, term: 3)
    #expect(lone.effects.voteReplies.map(\.granted) == [false])
    try lone.receive(.voteRequest(ask(4)), from: n3, term: 4)
    #expect(lone.node.term == Term(3), "not even the term is taken")
    lone.now = lone.now + .milliseconds(1)
    try lone.receive(.voteRequest(ask(4)), from: n3, term: 4)
    #expect(lone.effects.voteReplies.map(\.granted) == [true])
  }

  @Test("without lease reads the same voter is free as soon as its leader's term is over")
  func withoutPromise() throws {
    var lone = try voter(.lan)
    try lone.receive(.preVoteReply(.no(Term(3))), from: n3, term: 3)
    try lone.receive(.voteRequest(ask(4)), from: n3, term: 4)
    #expect(lone.effects.voteReplies.map(\.granted) == [true])
  }

  @Test("the leader itself may ask for an election")
  func transfer() throws {
    var lone = try voter()
    try lone.receive(.voteRequest(ask(2, isTransfer: true)), from: n3, term: 2)
    #expect(lone.effects.voteReplies.map(\.granted) == [true])
  }

  @Test("a broken connection starts no election, and helps none")
  func brokenConnection() throws {
    var lone = try voter()
    try lone.step(.connectionLost(n2))
    #expect(lone.effects.everything.isEmpty)
    #expect(lone.node.leader == n2)
    try lone.receive(.preVoteRequest(ask(2)), from: n3, term: 1)
    #expect(lone.effects.preVoteReplies.map(\.granted) == [false])
  }

  @Test(
    "a leader that was cut off serves its lease, and nobody is elected before it is over",
    arguments: 0..<20)
  func cutOff(seed: UInt64) throws {
    var cluster = Cluster(3, seed: seed, settings: Self.settings)
    let old = try cluster.elect()
    try cluster.run(for: .milliseconds(200))
    for id in cluster.ids where id != old {
      cluster.network.cut(old, id)
      cluster.network.cut(id, old)
      try cluster.step(id, .connectionLost(old))
    }
    var served = 0
    while cluster.leader == old {
      let before = cluster.ledger.leaseReads
      try cluster.read(at: old, byLease: true)
      served += cluster.ledger.leaseReads - before
      try cluster.run(for: .milliseconds(5))
    }
    let next = try cluster.elect { $0 != old }
    try cluster.propose("newer", at: next)
    try cluster.run(for: .milliseconds(100))
    let before = cluster.ledger.leaseReads
    try cluster.read(at: old, byLease: true)
    #expect(served > 40, "200 ms at least")
    #expect(cluster.ledger.leaseReads == before)
  }
}
