import Determinism
import RaftTypes
import Testing

@testable import RaftCore

@Suite("§5.3 Log replication")
struct ReplicationTests {
  @Test("what is proposed is appended, written and sent to all in one turn")
  func proposed() throws {
    var lone = Lone()
    try lone.leadInEarnest()
    try lone.accept(lone.node.log.last, from: n3)
    let effects = try lone.propose("a", "b")
    #expect(effects.appended.map(\.position) == [at(1, 3), at(1, 4)])
    #expect(effects.logWrites.count == 1)
    #expect(effects.appends.map(\.entries.count) == [2, 2])
  }

  @Test("who does not lead refuses proposals and keeps nothing of them")
  func notLeader() throws {
    var lone = Lone()
    let effects = try lone.propose("a")
    #expect(effects.refusedProposals == [Refused(ticket: 1, reason: .notLeader)])
    #expect(effects.logWrites.isEmpty)
  }

  @Test("a follower refuses an append that does not fit, and says where it may")
  func refuses() throws {
    var lone = Lone(log: [1, 1, 2])
    try lone.append([], after: at(3, 9), term: 3)
    #expect(lone.effects.appendReplies == [.rejected(previous: at(3, 9), hint: at(2, 4))])
    try lone.append([], after: at(1, 4), term: 3)
    #expect(lone.effects.appendReplies == [.rejected(previous: at(1, 4), hint: at(1, 3))])
  }

  @Test("a follower removes what conflicts and keeps what does not")
  func conflict() throws {
    var lone = Lone(log: [1, 1, 2, 2])
    try lone.append(Lone.entries(3, 4...4), after: at(1, 3), term: 3)
    #expect(lone.node.log.last == at(3, 4))
    #expect(lone.node.log.holds(at(1, 3)))
    #expect(lone.effects.logWrites.map(\.change) == [.append(Lone.entries(3, 4...4))])
    #expect(lone.node.log.durable == LogIndex(3))
  }

  @Test("followers of figure 7 all come to the leader's log", arguments: 0..<6)
  func figure7(which: Int) throws {
    let logs: [[UInt64]] = [
      [1, 1, 1, 4, 4, 5, 5, 6, 6],
      [1, 1, 1, 4],
      [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
      [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
      [1, 1, 1, 4, 4, 4, 4],
      [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
    ]
    let leading: [UInt64] = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6]
    var leader = Lone(log: leading, ballot: Ballot(term: Term(7), vote: nil))
    var follower = Lone(log: logs[which], ballot: Ballot(term: Term(7), vote: nil))
    try leader.lead()
    try Dialogue.exchange(&leader, &follower)
    #expect(follower.node.log.last == leader.node.log.last)
    for index in 1...leader.node.log.last.index.number {
      #expect(
        follower.node.log.slot(at: LogIndex(index)) == leader.node.log.slot(at: LogIndex(index)))
    }
  }

  @Test("a whole term that conflicts costs one refusal")
  func hints() throws {
    var leader = Lone(
      log: [1] + Array(repeating: 4, count: 100), ballot: Ballot(term: Term(4), vote: nil))
    var follower = Lone(
      log: [1] + Array(repeating: 3, count: 100), ballot: Ballot(term: Term(4), vote: nil))
    try leader.lead()
    let refusals = try Dialogue.exchange(&leader, &follower)
    #expect(follower.node.log.last == leader.node.log.last)
    #expect(refusals <= 2)
  }

  @Test("followers that crash and links that lose are asked for ever")
  func retries() throws {
    var cluster = Cluster(3)
    let leader = try cluster.elect()
    cluster.network.lossPercent = 60
    for number in 0..<30 { try cluster.propose("x\(number)", at: leader) }
    try cluster.run(for: .seconds(2))
    cluster.network.lossPercent = 0
    try cluster.run(atMost: .seconds(5)) { $0.hasConverged($0.ids) }
  }

  @Test("the commit index reaches idle followers with the next heartbeat")
  func spreads() throws {
    var cluster = Cluster(3)
    let leader = try cluster.elect()
    try cluster.propose("x", at: leader)
    try cluster.settle()
    try cluster.run(for: .milliseconds(60))
    #expect(cluster.hasConverged(cluster.ids))
  }

  @Test("a follower that restarts while nothing is written applies all of the log again")
  func restartsIdle() throws {
    var cluster = Cluster(3)
    let leader = try cluster.elect()
    try cluster.propose("x", at: leader)
    try cluster.run(for: .seconds(1))
    let follower = try #require(cluster.ids.first { $0 != leader })
    try cluster.crash(follower)
    cluster.start(follower)
    try cluster.run(for: .seconds(1))
    #expect(cluster.leader == leader)
    #expect(cluster.servers[follower]?.applied == cluster.oracle.end)
  }

  @Test(
    "who failed to be elected learns again what is committed, from the leader's heartbeats alone")
  func rehearsesIdle() throws {
    var cluster = Cluster(3)
    let leader = try cluster.elect()
    let follower = try #require(cluster.ids.first { $0 != leader })
    try cluster.propose("x", at: leader)
    try cluster.settle()
    cluster.network.cut(leader, follower)
    try cluster.run(for: .milliseconds(700))
    cluster.heal()
    try cluster.run(for: .seconds(1))
    #expect(cluster.servers[follower]?.applied == cluster.oracle.end)
  }

  @Test("a bound on what is not committed refuses more as overload")
  func overload() throws {
    var limits = Limits()
    limits.uncommittedBytes = 100
    var lone = Lone(settings: .lan.with(limits))
    try lone.leadInEarnest()
    var refused = 0
    for _ in 0..<20 { refused += try lone.propose("x").refusedProposals.count }
    #expect(refused > 10)
    let asked = lone.node.log.last
    try lone.accept(asked, from: n2)
    try lone.accept(asked, from: n3)
    #expect(try lone.propose("x").refusedProposals.isEmpty)
  }
}

/// A leader and one follower that talk without a network; both disks are immediate.
enum Dialogue {
  /// Until neither has anything to say; gives the number of refused appends.
  @discardableResult
  static func exchange(_ leader: inout Lone, _ follower: inout Lone) throws -> Int {
    var refusals = 0
    var calls = leader.effects.everything.filter { $0.to == n2 }
    for _ in 0..<1000 {
      guard !calls.isEmpty else { return refusals }
      var answers: [Message] = []
      for call in calls {
        let turned = Envelope(from: n2, to: n1, term: call.term, message: call.message)
        let effects = try follower.step(.received(turned))
        let rest = try follower.finish(effects)
        for reply in (effects.everything + rest.everything) { answers.append(reply.message) }
      }
      calls = []
      for answer in answers {
        if case .appendReply(.rejected) = answer { refusals += 1 }
        let effects = try leader.receive(answer, from: n2, term: leader.node.term.number)
        calls += effects.everything.filter { $0.to == n2 }
      }
    }
    throw Violation("they talk for ever")
  }
}
