import Determinism
import RaftTypes
import Testing

@testable import RaftCore

@Suite("§5.4 Safety")
struct SafetyTests {
  @Test("a vote goes only to a log that is at least as long as the voter's")
  func upToDate() throws {
    for (last, expected) in [
      (at(2, 4), true), (at(2, 5), true), (at(3, 1), true), (at(2, 3), false), (at(1, 99), false),
    ] {
      var lone = Lone(log: [1, 2, 2], ballot: Ballot(term: Term(4), vote: nil))
      let ask = VoteRequest(candidacy: Term(5), lastLog: last, isTransfer: false)
      try lone.receive(.voteRequest(ask), term: 5)
      #expect(lone.effects.voteReplies.map(\.granted) == [expected], "\(last)")
    }
  }

  @Test("pitfall 1: an entry of an earlier term is never committed by counting (figure 8)")
  func figure8() throws {
    // S1 leads term 4 with an entry of term 2 on a majority, and nothing of its own there yet.
    var lone = Lone(voters: 5, log: [1, 2], ballot: Ballot(term: Term(3), vote: nil))
    let won = try lone.lead()
    try lone.finish(won)
    for peer in [n2, n3] { try lone.accept(at(2, 3), from: peer) }
    #expect(lone.node.commit == .zero)
    #expect(lone.effects.committed.isEmpty)
    // Only its own entry on a majority commits both.
    for peer in [n2, n3] { try lone.accept(at(4, 4), from: peer) }
    #expect(lone.node.commit == LogIndex(4))
  }

  @Test("pitfall 1: what figure 8 would overwrite was never applied, whatever the schedule")
  func figure8Cluster() throws {
    var cluster = Cluster(5)
    let first = try cluster.elect()
    let others = cluster.ids.filter { $0 != first }
    try cluster.run(for: .seconds(1))
    // (a) the first leader replicates an entry to one other only.
    cluster.partition([[first, others[0]], [others[1], others[2], others[3]]])
    try cluster.propose("two", at: first)
    try cluster.run(for: .milliseconds(100))
    // (b) the rest elects another, which writes and dies.
    let second = try cluster.elect { $0 != first && $0 != others[0] }
    try cluster.propose("three", at: second)
    try cluster.crash(second)
    // (c) the first leads again and spreads its old entry; (d) it dies and the second comes back.
    cluster.heal()
    let third = try cluster.elect { $0 != second }
    try cluster.crash(third)
    cluster.start(second)
    try cluster.elect()
    cluster.start(third)
    try cluster.run(atMost: .seconds(5)) { $0.hasConverged($0.ids) }
  }

  @Test("an entry acknowledged to a client survives every minority of crashes", arguments: 0..<20)
  func survives(seed: UInt64) throws {
    var cluster = Cluster(5, seed: seed)
    for round in 0..<4 {
      let leader = try cluster.elect()
      let ticket = try cluster.propose("r\(round)", at: leader)
      try cluster.run(atMost: .seconds(2)) { cluster in
        cluster.ledger.appended[ticket].map { $0.index <= cluster[leader].handedOut } ?? false
      }
      let position = try #require(cluster.ledger.appended[ticket])
      let other = try #require(cluster.ids.first { $0 != leader })
      try cluster.crash(leader)
      try cluster.crash(other)
      let next = try cluster.elect()
      #expect(cluster[next].log.holds(position))
      cluster.start(leader)
      cluster.start(other)
    }
  }
}
