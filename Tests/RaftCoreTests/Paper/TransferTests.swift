import Determinism
import RaftTypes
import Testing

@testable import RaftCore

@Suite("§3.10 Leadership transfer")
struct TransferTests {
  @Test("the target is caught up first, then told, and leads the next term")
  func handsOver() throws {
    var cluster = Cluster(3)
    let old = try cluster.elect()
    let term = cluster[old].term
    let target = try #require(cluster.ids.last { $0 != old })
    try cluster.propose("x", at: old)
    try cluster.step(old, .transfer(to: target))
    #expect(try cluster.elect { $0 == target } == target)
    #expect(cluster[target].term == term.next)
    #expect(cluster.ledger.transfers == [.handedOver(to: target)])
  }

  @Test("without a name the follower with the longest log is chosen")
  func choosesBest() throws {
    var cluster = Cluster(3)
    let old = try cluster.elect()
    let others = cluster.ids.filter { $0 != old }
    try cluster.run(for: .milliseconds(200))
    cluster.network.cut(old, others[0])
    try cluster.propose("x", at: old)
    try cluster.run(for: .milliseconds(60))
    try cluster.step(old, .transfer(to: nil))
    try cluster.elect { $0 == others[1] }
  }

  @Test("pitfall 44: a thousand transfers under writes lose nothing and leave no long gap")
  func thousand() throws {
    var cluster = Cluster(3)
    var leader = try cluster.elect()
    var done = 0
    for round in 0..<1000 {
      let ticket = try cluster.propose("w\(round)", at: leader)
      let target = try #require(
        cluster.ids.first { $0 != leader && $0.number % 3 == UInt64(round) % 3 }
          ?? cluster.ids.first { $0 != leader })
      try cluster.step(leader, .transfer(to: target))
      let parked = try cluster.propose("p\(round)", at: leader)
      leader = try cluster.elect(atMost: .milliseconds(300)) { $0 == target }
      #expect(cluster.ledger.appended[ticket] != nil)
      #expect(cluster.ledger.refused[parked] == .notLeader)
      done += 1
      try cluster.run(for: .milliseconds(100))
    }
    #expect(done == 1000)
  }

  @Test("pitfall 44: a transfer to a dead target is abandoned, and parked writes go in")
  func deadTarget() throws {
    var cluster = Cluster(3)
    let leader = try cluster.elect()
    let target = try #require(cluster.ids.first { $0 != leader })
    try cluster.crash(target)
    try cluster.propose("x", at: leader)
    try cluster.step(leader, .transfer(to: target))
    let parked = try cluster.propose("p", at: leader)
    #expect(cluster.ledger.appended[parked] == nil)
    try cluster.run(for: .milliseconds(310))
    #expect(cluster.ledger.transfers == [.abandoned])
    #expect(cluster.ledger.appended[parked] != nil)
    #expect(cluster.leader == leader)
  }

  @Test("pitfall 44: a target that dies with everything in hand is not said to lead")
  func deadTargetWithTheWholeLog() throws {
    var cluster = Cluster(3)
    let leader = try cluster.elect()
    let target = try #require(cluster.ids.first { $0 != leader })
    try cluster.run(for: .milliseconds(200))
    try cluster.crash(target)
    try cluster.step(leader, .transfer(to: target))
    try cluster.run(for: .seconds(2))
    #expect(cluster.ledger.transfers == [.unanswered(by: target)])
    #expect(cluster.leader != nil && cluster.leader != target)
  }

  @Test("pitfall 20: the lease ends before TimeoutNow leaves, and never comes back in this term")
  func relinquishes() throws {
    var lone = Lone()
    try lone.leadInEarnest()
    try lone.accept(lone.node.log.last, from: n3)
    try lone.step(.transfer(to: n3))
    #expect(lone.effects.relinquish)
    #expect(lone.effects.timeoutNows.count == 1)
    let term = lone.node.term
    for _ in 0..<40 where lone.node.isLeader {
      try lone.wait(.milliseconds(50))
      if lone.node.isLeader { #expect(try lone.propose("x").appended.isEmpty) }
    }
    #expect(lone.node.term == term.next || !lone.node.isLeader)
  }

  @Test("pitfall 20: a restarted voter stays silent for one election timeout")
  func silentAfterStart() throws {
    var lone = Lone()
    lone.now = Instant(nanoseconds: 1_000_000_000) + .milliseconds(299)
    let ask = VoteRequest(candidacy: Term(5), lastLog: at(4, 9), isTransfer: true)
    try lone.receive(.voteRequest(ask), term: 5)
    #expect(lone.effects.voteReplies.isEmpty)
    #expect(lone.node.term == .zero)
    lone.now = lone.now + .milliseconds(1)
    try lone.receive(.voteRequest(ask), term: 5)
    #expect(lone.effects.voteReplies.map(\.granted) == [true])
  }

  @Test("pitfall 66: a stray TimeoutNow after a failed hand-over is void", arguments: 0..<20)
  func stray(seed: UInt64) throws {
    var cluster = Cluster(3, seed: seed)
    let old = try cluster.elect()
    let term = cluster[old].term
    let target = try #require(cluster.ids.first { $0 != old })
    cluster.network.fate = { envelope in
      if case .timeoutNow = envelope.message { return .keep }
      return .arrive
    }
    try cluster.run(for: .milliseconds(100))
    try cluster.step(old, .transfer(to: target))
    try cluster.run(atMost: .seconds(3)) { cluster in
      cluster.leader.map { cluster[$0].term > term } ?? false
    }
    cluster.network.fate = { _ in .arrive }
    let leader = try cluster.elect()
    let settled = cluster[leader].term
    try cluster.deliverKept()
    try cluster.run(for: .seconds(1))
    #expect(cluster.leader == leader)
    #expect(cluster[leader].term == settled)
  }

  @Test("a target with less than the whole log is not obeyed to")
  func shorterLog() throws {
    var lone = Lone(log: [1])
    try lone.receive(.heartbeat(Heartbeat(round: 1, commit: .zero)), term: 1)
    try lone.receive(.timeoutNow(TimeoutNow(lastLog: at(1, 3))), term: 1)
    #expect(lone.effects.voteRequests.isEmpty)
    try lone.receive(.timeoutNow(TimeoutNow(lastLog: at(1, 2))), term: 1)
    #expect(lone.effects.voteRequests.map(\.isTransfer) == [true, true])
  }
}
