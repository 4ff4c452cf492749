import BinaryCodec
import Determinism
import RaftTypes
import Testing

@testable import RaftCore

@Suite("Pitfalls: what is durable, and what is said about it")
struct LogDurabilityTests {
  @Test("pitfall 2: a vote leaves only behind its ballot, and no second one leaves after a crash")
  func voteDurable() throws {
    for reachesDisk in [false, true] {
      var cluster = Cluster(3)
      try cluster.run(for: .milliseconds(299))
      cluster.now = cluster.now + .milliseconds(1)
      for id in cluster.ids { cluster.servers[id]?.disk.hangs = true }
      let ask = VoteRequest(candidacy: Term(1), lastLog: at(0, 1), isTransfer: true)
      try cluster.deliver(.voteRequest(ask), from: n2, to: n1, term: Term(1))
      #expect(cluster.servers[n1]?.held.count == 1)
      try cluster.crash(n1, ballots: reachesDisk ? 1 : 0)
      cluster.start(n1)
      cluster.now = cluster.now + .milliseconds(300)
      try cluster.deliver(.voteRequest(ask), from: n3, to: n1, term: Term(1))
      try cluster.resume(n1)
      #expect(cluster[n1].ballot == Ballot(term: Term(1), vote: reachesDisk ? n2 : n3))
    }
  }

  @Test("pitfall 4: nothing beyond the disk is acknowledged, whatever is repeated")
  func gateClosed() throws {
    var lone = Lone(ballot: Ballot(term: Term(1), vote: nil))
    let entries = Lone.entries(1, 2...4)
    try lone.append(entries, after: at(0, 1), term: 1)
    let write = lone.effects.logWrites[0]
    #expect(lone.effects.acknowledged.isEmpty)
    try lone.append(entries, after: at(0, 1), term: 1)
    #expect(lone.effects.acknowledged.isEmpty)
    try lone.append([], after: at(1, 4), commit: 4, term: 1)
    #expect(lone.effects.acknowledged.isEmpty)
    try lone.receive(.heartbeat(Heartbeat(round: 1, commit: LogIndex(4))), term: 1)
    #expect(lone.effects.acknowledged.isEmpty)
    try lone.append([], after: at(0, 1), term: 1)
    #expect(lone.effects.acknowledged.allSatisfy { $0 == at(0, 1) })
    try lone.step(.logDurable(write.completion))
    #expect(lone.effects.acknowledged == [at(1, 4)])
  }

  @Test("pitfall 5: a heartbeat or an empty append of an older place removes nothing")
  func olderPrevious() throws {
    var lone = Lone(ballot: Ballot(term: Term(1), vote: nil))
    try lone.append(Lone.entries(1, 2...12), after: at(0, 1), term: 1)
    try lone.append([], after: at(1, 9), term: 1)
    try lone.receive(.heartbeat(Heartbeat(round: 1, commit: .zero)), term: 1)
    #expect(lone.node.log.last == at(1, 12))
  }

  @Test("pitfall 6: a shorter append of the same term removes nothing")
  func shorter() throws {
    var lone = Lone(ballot: Ballot(term: Term(1), vote: nil))
    try lone.append(Lone.entries(1, 2...10), after: at(0, 1), term: 1)
    try lone.append(Lone.entries(1, 5...8), after: at(1, 4), term: 1)
    #expect(lone.node.log.last == at(1, 10))
    #expect(lone.effects.logWrites.isEmpty)
  }

  @Test("pitfall 7: the commit index follows no further than the log was verified")
  func verifiedOnly() throws {
    var lone = Lone(log: Array(repeating: 1, count: 12))
    try lone.append([], after: at(1, 9), commit: 11, term: 2)
    #expect(lone.node.commit == LogIndex(9))
    try lone.receive(.heartbeat(Heartbeat(round: 1, commit: LogIndex(11))), term: 2)
    #expect(lone.node.commit == LogIndex(9))
  }

  @Test("pitfall 8: an append from before the compacted part removes nothing and is accepted")
  func compactedPrevious() throws {
    var limits = Limits()
    limits.tailBytes = 0
    var lone = Lone(log: [1, 1, 1, 1, 1], settings: .lan.with(limits))
    try lone.append([], after: at(1, 6), commit: 5, term: 1)
    let descriptor = SnapshotDescriptor(
      position: at(1, 4), logTime: .zero, membership: try #require(lone.node.membership),
      cluster: ClusterID(7, epoch: 1), stateHash: 0)
    try lone.step(.snapshotTaken(descriptor))
    #expect(lone.node.log.base == at(1, 4))
    try lone.append(Lone.entries(1, 2...3), after: at(0, 1), term: 1)
    #expect(lone.node.log.last == at(1, 6))
    #expect(lone.effects.acknowledged == [at(1, 6)])
    try lone.append(Lone.entries(1, 3...7), after: at(1, 2), term: 1)
    #expect(lone.node.log.last == at(1, 7))
    #expect(lone.effects.logWrites.map(\.change) == [.append(Lone.entries(1, 7...7))])
  }

  @Test("pitfall 9: positions compare by term, then by index")
  func comparison() {
    var dice = Dice(seed: 9)
    for _ in 0..<2000 {
      let (a, b) = (at(dice.below(4), dice.below(9)), at(dice.below(4), dice.below(9)))
      let expected =
        a.term.number * 100 + a.index.number < b.term.number * 100 + b.index.number
      #expect((a < b) == expected)
    }
  }

  @Test("pitfall 12: a node alone applies and acknowledges nothing before its own disk has it")
  func alone() throws {
    var cluster = Cluster(1)
    try cluster.elect()
    cluster.servers[n1]?.disk.hangs = true
    try cluster.propose("x", at: n1)
    try cluster.propose("y", at: n1)
    try cluster.run(for: .seconds(1))
    #expect(cluster.oracle.end == LogIndex(2))
    // The disk's word about one of the two is no word about the other.
    try cluster.finishWrite(of: n1)
    #expect(cluster.oracle.end == LogIndex(3))
    try cluster.crash(n1)
    cluster.start(n1)
    try cluster.elect()
    try cluster.propose("z", at: n1)
    try cluster.run(for: .seconds(1))
    #expect(cluster.hasConverged([n1]))
  }

  @Test("pitfall 13: the disk's word about a replaced entry acknowledges no other (A-B-A)")
  func replacedTwice() throws {
    var lone = Lone(ballot: Ballot(term: Term(1), vote: nil))
    // Term 1 appends A, term 2 replaces it by B, term 3 by A's index once more; the disk is slow.
    var writes: [LogWrite] = []
    for (term, leader) in [(UInt64(1), n2), (2, n3), (3, n2)] {
      try lone.append(Lone.entries(term, 2...2), after: at(0, 1), from: leader, term: term)
      writes += lone.effects.logWrites
      #expect(lone.effects.acknowledged.isEmpty)
      let ballot = lone.node.ballot
      try lone.step(.ballotDurable(ballot))
    }
    #expect(writes.count == 3)
    for write in writes.dropLast() {
      try lone.step(.logDurable(write.completion))
      #expect(lone.effects.acknowledged.allSatisfy { $0.index < LogIndex(2) })
      #expect(lone.node.log.durable == LogIndex(1))
    }
    try lone.step(.logDurable(writes[2].completion))
    #expect(lone.effects.acknowledged == [at(3, 2)])
  }

  @Test("pitfall 13: a completion of another life, of the same number, says nothing")
  func otherLife() throws {
    var lone = Lone(ballot: Ballot(term: Term(2), vote: nil))
    try lone.append(Lone.entries(2, 2...2), after: at(0, 1), term: 2)
    try lone.step(.logDurable(LogCompletion(sequence: 1, position: at(1, 2))))
    #expect(lone.node.log.durable == LogIndex(1))
  }

  @Test("what a replacement leaves of an earlier write is durable when that write is")
  func clipped() throws {
    var log = RaftLog(base: .origin, slots: [.entry(Lone.genesis(3))])
    let first = log.append(Lone.entries(1, 2...9))
    let second = log.replace(with: Lone.entries(2, 5...6))
    log.completed(first.completion)
    #expect(log.durable == LogIndex(4))
    log.completed(second.completion)
    #expect(log.durable == LogIndex(6))
  }

  @Test("one answer covers every write before it, a fill among them")
  func covers() throws {
    var log = RaftLog(
      base: .origin,
      slots: [.entry(Lone.genesis(3)), .faulty(at(1, 2)), .entry(Lone.entry(1, 3))])
    #expect(log.durable == LogIndex(1))
    _ = log.append(Lone.entries(1, 4...6))
    let fill = log.fill(Lone.entries(1, 2...2))
    #expect(log.durable == LogIndex(1))
    log.completed(fill.completion)
    #expect(log.durable == LogIndex(6))
  }

  @Test("pitfall 15: a commit index that came before the disk's answer needs no further traffic")
  func lateFlush() throws {
    var cluster = Cluster(3)
    let leader = try cluster.elect()
    cluster.servers[leader]?.disk.hangs = true
    let follower = try #require(cluster.ids.first { $0 != leader })
    let other = try #require(cluster.ids.last { $0 != leader })
    try cluster.crash(other)
    cluster.servers[follower]?.disk.hangs = true
    try cluster.propose("x", at: leader)
    try cluster.run(for: .milliseconds(100))
    let before = cluster[leader].commit
    try cluster.resume(follower)
    try cluster.resume(leader)
    try cluster.settle()
    #expect(cluster[leader].commit == before.next)
    try cluster.run(for: .milliseconds(60))
    #expect(cluster[follower].commit == before.next)
  }
}
