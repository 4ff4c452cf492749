import Determinism
import RaftTypes
import Testing

@testable import RaftCore

@Suite("§5.2 Leader election")
struct ElectionTests {
  @Test("a follower that hears nobody asks everybody, first in rehearsal")
  func asks() throws {
    var lone = Lone()
    try lone.meetDeadline()
    #expect(lone.effects.preVoteRequests.map(\.candidacy) == [Term(1), Term(1)])
    #expect(lone.node.term == .zero)
  }

  @Test("a follower that hears a leader does not campaign")
  func patient() throws {
    var lone = Lone()
    for _ in 0..<50 {
      try lone.wait(.milliseconds(200))
      try lone.receive(.heartbeat(Heartbeat(round: 1, commit: .zero)), term: 1)
      #expect(lone.node.leader == n2)
    }
  }

  @Test("a majority elects, and the leader says so to all at once")
  func majority() throws {
    var lone = Lone(voters: 5)
    let won = try lone.lead()
    #expect(Set(won.heartbeats.map(\.round)) == [1])
    #expect(won.heartbeats.count == 4)
    #expect(won.appends.count == 4)
  }

  @Test("a minority does not elect")
  func minority() throws {
    var lone = Lone(voters: 5)
    try lone.meetDeadline()
    try lone.receive(.preVoteReply(.yes(Term(1))), from: n2, term: 0)
    #expect(lone.node.term == .zero)
    try lone.receive(.preVoteReply(.yes(Term(1))), from: n2, term: 0)
    #expect(lone.node.term == .zero)
    try lone.receive(.preVoteReply(.yes(Term(1))), from: n3, term: 0)
    #expect(lone.node.term == Term(1))
    let ballot = lone.node.ballot
    try lone.step(.ballotDurable(ballot))
    try lone.receive(.voteReply(.yes(Term(1))), from: n2, term: 1)
    #expect(!lone.node.isLeader)
  }

  @Test("the own vote counts only once it is durable")
  func ownVote() throws {
    var lone = Lone()
    try lone.meetDeadline()
    try lone.receive(.preVoteReply(.yes(Term(1))), from: n2, term: 0)
    let ballot = try #require(lone.effects.ballot)
    try lone.receive(.voteReply(.yes(Term(1))), from: n2, term: 1)
    #expect(!lone.node.isLeader)
    try lone.step(.ballotDurable(ballot))
    #expect(lone.node.isLeader)
  }

  @Test("a node votes for one candidate a term, as often as that one asks")
  func oneVote() throws {
    var lone = Lone()
    let ask = VoteRequest(candidacy: Term(1), lastLog: at(0, 1), isTransfer: false)
    try lone.receive(.voteRequest(ask), from: n2, term: 1)
    #expect(lone.effects.voteReplies.map(\.granted) == [true])
    try lone.receive(.voteRequest(ask), from: n3, term: 1)
    #expect(lone.effects.voteReplies.map(\.granted) == [false])
    try lone.receive(.voteRequest(ask), from: n2, term: 1)
    #expect(lone.effects.voteReplies.map(\.granted) == [true])
  }

  @Test("a late refusal does not take back a vote that was given")
  func lateRefusal() throws {
    var lone = Lone()
    try lone.meetDeadline()
    try lone.receive(.preVoteReply(.yes(Term(1))), from: n2, term: 0)
    let ballot = try #require(lone.effects.ballot)
    try lone.receive(.voteReply(.yes(Term(1))), from: n2, term: 1)
    try lone.receive(.voteReply(.no(Term(1))), from: n2, term: 1)
    try lone.step(.ballotDurable(ballot))
    #expect(lone.node.isLeader)
  }

  @Test("one who rehearses still votes for another of its own term")
  func rehearsalVotes() throws {
    var lone = Lone(ballot: Ballot(term: Term(4), vote: nil))
    try lone.meetDeadline()
    let ask = VoteRequest(candidacy: Term(4), lastLog: at(0, 1), isTransfer: false)
    try lone.receive(.voteRequest(ask), from: n3, term: 4)
    #expect(lone.effects.voteReplies.map(\.granted) == [true])
    #expect(lone.node.ballot.vote == n3)
  }

  @Test("timeouts differ from node to node and from time to time")
  func jitter() throws {
    let deadlines = (0..<100).map { seed in
      Cluster(3, seed: seed).servers.values.compactMap { $0.core?.nextDeadline }
    }
    #expect(Set(deadlines.flatMap { $0 }).count == 300)
  }

  @Test("split votes are resolved", arguments: 0..<50)
  func splitVotes(seed: UInt64) throws {
    var cluster = Cluster(4, seed: seed)
    cluster.network.delayMost = .milliseconds(20)
    try cluster.elect(atMost: .seconds(6))
  }

  @Test("one node alone elects itself once its own vote is on disk")
  func alone() throws {
    var cluster = Cluster(1)
    #expect(try cluster.elect() == n1)
  }
}
