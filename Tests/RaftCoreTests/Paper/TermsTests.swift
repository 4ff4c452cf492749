import Determinism
import RaftTypes
import Testing

@testable import RaftCore

@Suite("§5.1 Terms")
struct TermsTests {
  @Test("a message of a later term makes anybody a follower in it")
  func laterTerm() throws {
    var lone = Lone()
    try lone.leadInEarnest()
    try lone.receive(.heartbeat(Heartbeat(round: 1, commit: .zero)), from: n3, term: 9)
    #expect(lone.node.term == Term(9))
    #expect(lone.node.leader == n3)
    #expect(lone.effects.relinquish)
  }

  @Test("a message of an earlier term changes nothing, and tells its sender the term")
  func earlierTerm() throws {
    var lone = Lone(ballot: Ballot(term: Term(5), vote: nil))
    let before = lone.node.log
    try lone.append(Lone.entries(4, 2...3), after: at(0, 1), term: 4)
    #expect(lone.node.log == before)
    #expect(lone.effects.logWrites.isEmpty)
    #expect(lone.effects.messages.map(\.term) == [Term(5)])
    #expect(lone.effects.acknowledged.isEmpty)
  }

  @Test("a term only ever grows, and outlives a crash")
  func grows() throws {
    var cluster = Cluster(3)
    var highest = Term.zero
    for _ in 0..<5 {
      let leader = try cluster.elect()
      #expect(cluster[leader].term > highest)
      highest = cluster[leader].term
      try cluster.crash(leader)
      let floor = highest
      try cluster.run(atMost: .seconds(10)) { cluster in
        cluster.leader.map { cluster[$0].term > floor } ?? false
      }
      cluster.start(leader)
      #expect(cluster[leader].term == highest)
    }
  }

  @Test("a log that knows a later term than the ballot raises the term before it speaks")
  func ballotBehindLog() throws {
    var lone = Lone(log: [3], ballot: Ballot(term: Term(2), vote: n2))
    #expect(lone.node.ballot == Ballot(term: Term(3), vote: nil))
    let asked = VoteRequest(candidacy: Term(3), lastLog: at(3, 9), isTransfer: true)
    try lone.receive(.voteRequest(asked), from: n3, term: 3)
    #expect(lone.effects.ballot == Ballot(term: Term(3), vote: n3))
    #expect(lone.effects.messages.isEmpty)
    #expect(lone.effects.afterBallot.count == 1)
  }

  @Test("what is said in a term that is not on disk waits for the ballot")
  func waitsForBallot() throws {
    var lone = Lone()
    try lone.append(Lone.entries(1, 2...2), after: at(0, 1), term: 1)
    let asked = lone.effects
    #expect(asked.ballot == Ballot(term: Term(1), vote: nil))
    try lone.step(.logDurable(asked.logWrites[0].completion))
    #expect(lone.effects.messages.isEmpty)
    #expect(lone.effects.afterBallot.count == 1)
    try lone.step(.ballotDurable(Ballot(term: Term(1), vote: nil)))
    try lone.append([], after: at(1, 2), term: 1)
    #expect(lone.effects.messages.count == 1)
    #expect(lone.effects.afterBallot.isEmpty)
  }
}
