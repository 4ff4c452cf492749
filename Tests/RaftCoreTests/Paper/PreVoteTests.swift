import Determinism
import RaftTypes
import Testing

@testable import RaftCore

@Suite("§9.6 PreVote")
struct PreVoteTests {
  @Test("a rehearsal moves nobody's term, neither the asker's nor the asked one's")
  func movesNothing() throws {
    var lone = Lone()
    let ask = VoteRequest(candidacy: Term(9), lastLog: at(8, 9), isTransfer: false)
    try lone.receive(.preVoteRequest(ask), term: 8)
    #expect(lone.node.term == .zero)
    #expect(lone.effects.preVoteReplies.map(\.granted) == [true])
    #expect(lone.effects.ballot == nil)
  }

  @Test("a node that was cut off for long comes back without disturbing the leader")
  func comesBack() throws {
    var cluster = Cluster(3)
    let leader = try cluster.elect()
    let term = cluster[leader].term
    let lost = try #require(cluster.ids.first { $0 != leader })
    cluster.partition([cluster.ids.filter { $0 != lost }])
    try cluster.run(for: .seconds(20))
    cluster.heal()
    try cluster.run(for: .seconds(1))
    #expect(cluster.leader == leader)
    #expect(cluster.ids.allSatisfy { cluster[$0].term == term })
  }

  @Test("who hears a leader grants no rehearsal, and ignores a vote altogether (§4.2.3)")
  func sticky() throws {
    var lone = Lone()
    try lone.receive(.heartbeat(Heartbeat(round: 1, commit: .zero)), term: 1)
    let ask = VoteRequest(candidacy: Term(2), lastLog: at(9, 9), isTransfer: false)
    lone.now = lone.now + .milliseconds(299)
    try lone.receive(.preVoteRequest(ask), from: n3, term: 1)
    #expect(lone.effects.preVoteReplies.map(\.granted) == [false])
    try lone.receive(.voteRequest(ask), from: n3, term: 2)
    #expect(lone.effects.everything.isEmpty)
    #expect(lone.node.term == Term(1))
    lone.now = lone.now + .milliseconds(1)
    try lone.receive(.voteRequest(ask), from: n3, term: 2)
    #expect(lone.effects.voteReplies.map(\.granted) == [true])
  }

  @Test("a removed server that knows nothing of it moves no term (pitfall 28)")
  func removed() throws {
    var cluster = Cluster(4)
    let leader = try cluster.elect { $0 != n4 }
    try cluster.propose(MembershipTests.simple([1, 2, 3]), at: leader)
    try cluster.run(for: .milliseconds(100))
    let term = cluster[leader].term
    try cluster.run(for: .seconds(60))
    #expect(cluster[leader].term == term)
    #expect(cluster[leader].isLeader)
  }

  @Test("pitfall 10: the answer to an older rehearsal or election counts in no other")
  func overlapping() throws {
    var lone = Lone(ballot: Ballot(term: Term(3), vote: nil))
    try lone.meetDeadline()
    try lone.receive(.preVoteReply(.yes(Term(3))), term: 3)
    #expect(lone.node.term == Term(3))
    try lone.receive(.preVoteReply(.yes(Term(4))), term: 3)
    let ballot = try #require(lone.effects.ballot)
    try lone.step(.ballotDurable(ballot))
    // A late rehearsal answer is no vote.
    try lone.receive(.preVoteReply(.yes(Term(4))), from: n3, term: 4)
    try lone.receive(.voteReply(.yes(Term(3))), from: n3, term: 4)
    #expect(!lone.node.isLeader)
    try lone.receive(.voteReply(.yes(Term(4))), from: n3, term: 4)
    #expect(lone.node.isLeader)
    // Nor does one disturb a leader or a follower.
    try lone.receive(.preVoteReply(.yes(Term(5))), from: n2, term: 4)
    #expect(lone.node.isLeader)
    try lone.receive(.heartbeat(Heartbeat(round: 1, commit: .zero)), from: n3, term: 5)
    try lone.receive(.preVoteReply(.yes(Term(6))), from: n2, term: 5)
    #expect(lone.node.leader == n3)
  }

  @Test("a voter of an earlier term says yes, and takes the term with the vote")
  func behind() throws {
    var lone = Lone(ballot: Ballot(term: Term(6), vote: nil))
    try lone.meetDeadline()
    try lone.receive(.preVoteReply(.yes(Term(7))), term: 5)
    #expect(lone.node.term == Term(7))
    #expect(lone.effects.voteRequests.count == 2)
  }
}

@Suite("§6.2 CheckQuorum")
struct CheckQuorumTests {
  @Test("a leader whom no quorum answers steps down, and says so to who waits")
  func stepsDown() throws {
    var cluster = Cluster(3)
    let leader = try cluster.elect()
    cluster.partition([])
    let read = try cluster.read(at: leader)
    try cluster.run(for: .milliseconds(700))
    #expect(!cluster[leader].isLeader)
    #expect(cluster.ledger.refused[read] == .notLeader)
  }

  @Test("a leader that was frozen looks at its quorum first, whatever round a read begins then")
  func thawed() throws {
    var lone = Lone()
    try lone.leadInEarnest()
    let asked = try lone.step(.read([7]))
    let round = try #require(asked.heartbeats.last?.round)
    lone.now = lone.now + .seconds(2)
    let late = HeartbeatReply(round: round, mark: nil, applied: .zero)
    let effects = lone.node.step(
      [
        .read([8]),
        .received(Envelope(from: n2, to: n1, term: Term(1), message: .heartbeatReply(late))),
      ], at: lone.now)
    #expect(effects.relinquish)
    #expect(!lone.node.isLeader)
  }

  @Test("a leader with a bare quorum stays")
  func stays() throws {
    var cluster = Cluster(5)
    let leader = try cluster.elect()
    let term = cluster[leader].term
    for id in cluster.ids.filter({ $0 != leader }).prefix(2) { try cluster.crash(id) }
    try cluster.run(for: .seconds(10))
    #expect(cluster[leader].isLeader)
    #expect(cluster[leader].term == term)
  }

  @Test("a follower slower than a heartbeat still counts as heard")
  func slowLink() throws {
    var cluster = Cluster(3)
    cluster.network.delayLeast = .milliseconds(60)
    cluster.network.delayMost = .milliseconds(60)
    let leader = try cluster.elect()
    let term = cluster[leader].term
    try cluster.run(for: .seconds(5))
    guard case .leader(let leadership) = cluster[leader].role else { throw Violation("none") }
    for progress in leadership.progress.values {
      let contact = try #require(progress.contact)
      #expect(cluster.now.since(contact) < .milliseconds(300))
    }
    #expect(cluster[leader].term == term)
  }
}
