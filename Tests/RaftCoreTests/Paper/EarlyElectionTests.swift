import Determinism
import RaftTypes
import Testing

@testable import RaftCore

@Suite("Elections after a broken connection (deviation from §5.2)")
struct EarlyElectionTests {
  private let ask = VoteRequest(candidacy: Term(2), lastLog: at(9, 9), isTransfer: false)

  /// A node that follows n2 in term 1, and heard it just now.
  private func follower() throws -> Lone {
    var lone = Lone()
    try lone.receive(.heartbeat(Heartbeat(round: 1, commit: .zero)), term: 1)
    return lone
  }

  @Test("who lost its leader's connection helps another to power, and asks itself")
  func forsaken() throws {
    var lone = try follower()
    try lone.receive(.preVoteRequest(ask), from: n3, term: 1)
    #expect(lone.effects.preVoteReplies.map(\.granted) == [false])
    try lone.step(.connectionLost(n2))
    #expect(lone.effects.preVoteRequests.count == 2, "the first in rank asks at once")
    try lone.receive(.preVoteRequest(ask), from: n3, term: 1)
    #expect(lone.effects.preVoteReplies.map(\.granted) == [true])
    try lone.receive(.voteRequest(ask), from: n3, term: 2)
    #expect(lone.effects.voteReplies.map(\.granted) == [true])
  }

  @Test("the loss of another's connection means nothing")
  func otherPeer() throws {
    var lone = try follower()
    try lone.step(.connectionLost(n3))
    #expect(lone.effects.everything.isEmpty)
    try lone.receive(.preVoteRequest(ask), from: n3, term: 1)
    #expect(lone.effects.preVoteReplies.map(\.granted) == [false])
  }

  @Test("a leader that is heard again is followed again, and nobody else is helped")
  func heardAgain() throws {
    var lone = try follower()
    try lone.step(.connectionLost(n2))
    try lone.receive(.heartbeat(Heartbeat(round: 2, commit: .zero)), term: 1)
    #expect(lone.node.leader == n2)
    try lone.receive(.voteRequest(ask), from: n3, term: 2)
    #expect(lone.effects.everything.isEmpty)
  }

  @Test("a refused early rehearsal is repeated every few milliseconds, and remembers who agreed")
  func repeats() throws {
    var lone = Lone(voters: 5)
    try lone.receive(.heartbeat(Heartbeat(round: 1, commit: .zero)), term: 1)
    try lone.step(.connectionLost(n2))
    try lone.receive(vote(false), from: n3, term: 1)
    try lone.receive(vote(false), from: n4, term: 1)
    try lone.receive(vote(false), from: NodeID(5), term: 1)
    try lone.receive(vote(true), from: n3, term: 1)
    lone.now = lone.now + .milliseconds(4)
    try lone.step(.timePassed)
    #expect(lone.effects.preVoteRequests.isEmpty)
    lone.now = lone.now + .milliseconds(1)
    try lone.step(.timePassed)
    #expect(lone.effects.preVoteRequests.count == 4)
    try lone.receive(vote(true), from: n4, term: 1)
    #expect(lone.node.term == Term(2), "n1, n3 and n4 are three of five")
  }

  private func vote(_ granted: Bool) -> Message {
    .preVoteReply(VoteReply(candidacy: Term(2), granted: granted, leaderSilence: .zero))
  }

  @Test("one broken connection moves nothing while the others hear their leader")
  func oneConnection() throws {
    var cluster = Cluster(3)
    let leader = try cluster.elect()
    let term = cluster[leader].term
    for follower in cluster.ids where follower != leader {
      try cluster.step(follower, .connectionLost(leader))
      try cluster.run(for: .milliseconds(400))
      #expect(cluster.leader == leader && cluster[leader].term == term)
    }
  }

  @Test("when a leader's process dies, the next one leads long before an election timeout")
  func crash() throws {
    for (voters, seed) in [(3, 1), (3, 2), (5, 3), (5, 4), (7, 5)] as [(Int, UInt64)] {
      var cluster = Cluster(voters, seed: seed)
      let old = try cluster.elect()
      try cluster.run(for: .milliseconds(70))
      try cluster.crash(old)
      for id in cluster.ids where id != old { try cluster.step(id, .connectionLost(old)) }
      try cluster.elect(atMost: .milliseconds(60)) { $0 != old }
    }
  }

  @Test("a new leader knows when its voters heard the one before it")
  func heard() throws {
    var lone = Lone()
    lone.now = lone.now + .seconds(2)
    let start = lone.now
    try lone.receive(.heartbeat(Heartbeat(round: 1, commit: .zero)), term: 1)
    try lone.step(.connectionLost(n2))
    lone.now = start + .milliseconds(20)
    try lone.receive(vote(true), from: n3, term: 1)
    try lone.step(.ballotDurable(lone.node.ballot))
    let silence = TimeSpan.milliseconds(5)
    let reply = VoteReply(candidacy: Term(2), granted: true, leaderSilence: silence)
    try lone.receive(.voteReply(reply), from: n3, term: 2)
    guard case .leader(let leadership) = lone.node.role else {
      Issue.record("two of three voted")
      return
    }
    #expect(leadership.heard == start + .milliseconds(20) - silence.shortened)
    #expect(leadership.heard > start + .milliseconds(15), "clocks may differ: never too early")
  }
}

@Suite("§6.4.1 What a lease counts from")
struct LeaseTests {
  @Test("pitfall 19: the instant at which the round was sent, not when it was answered")
  func sendTime() throws {
    var cluster = Cluster(3)
    let leader = try cluster.elect()
    try cluster.run(for: .milliseconds(500))
    for _ in 0..<200 {
      try cluster.run(for: .milliseconds(3))
      guard let from = cluster[leader].leaseFrom,
        case .leader(let leadership) = cluster[leader].role
      else {
        Issue.record("a leader whose quorum answers has a lease")
        return
      }
      #expect(from == leadership.rounds.confirmedSentAt && from <= cluster.now)
    }
  }

  @Test("a quorum that falls silent renews nothing")
  func silence() throws {
    var cluster = Cluster(3)
    let leader = try cluster.elect()
    try cluster.run(for: .milliseconds(500))
    cluster.partition([[leader], cluster.ids.filter { $0 != leader }])
    let cut = cluster.now
    try cluster.run(for: .milliseconds(200))
    let from = try #require(cluster[leader].leaseFrom)
    #expect(from <= cut)
  }

  @Test("who does not lead has none, and a leader none before its term's first commit")
  func followers() throws {
    var cluster = Cluster(3)
    let leader = try cluster.elect()
    for id in cluster.ids where id != leader { #expect(cluster[id].leaseFrom == nil) }
    var lone = Lone()
    try lone.lead()
    #expect(lone.node.isLeader && lone.node.leaseFrom == nil)
  }

  @Test("pitfall 20: a hand-over ends it, is written down and committed, and only then TimeoutNow")
  func farewell() throws {
    var cluster = Cluster(3)
    let old = try cluster.elect()
    let term = cluster[old].term
    _ = cluster.servers.update(old) { $0.core?.farewell = [7] }
    let target = try #require(cluster.ids.first { $0 != old })
    try cluster.step(old, .transfer(to: target))
    #expect(cluster[old].leaseFrom == nil)
    try cluster.elect { $0 == target }
    #expect(cluster[target].term == term.next)
    let log = cluster[target].log
    let written = log.entries(from: log.base.index.next, through: log.last.index, limit: .max)
    #expect(written.contains { $0.payload == .address([7]) && $0.term == term })
  }
}
