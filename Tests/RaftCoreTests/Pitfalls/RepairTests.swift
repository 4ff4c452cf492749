import Determinism
import RaftTypes
import Testing

@testable import RaftCore

@Suite("Pitfalls: rotten slots without a leader")
struct RepairTests {
  /// A node of three whose newest slots rotted.
  private static func rotten(
    ballot: UInt64 = 1, log: [UInt64] = [1, 1], faulty: [UInt64] = [3], voters: Int = 3
  ) throws -> Lone {
    var lone = Lone(
      voters: voters, log: log, ballot: Ballot(term: Term(ballot), vote: nil), faulty: faulty)
    try lone.meetDeadline()
    return lone
  }

  private static func denial(_ positions: LogPosition...) -> Message {
    .repairReply(RepairReply(entries: [], absent: positions))
  }

  @Test("pitfall 67: a node with a rotten slot asks every member, and again when nobody answers")
  func asks() throws {
    var lone = try Self.rotten()
    #expect(lone.effects.repairRequests.map(\.wanted) == [[at(1, 3)], [at(1, 3)]])
    try lone.meetDeadline()
    #expect(lone.effects.repairRequests.count == 2)
  }

  @Test("pitfall 67: whoever has the entry gives it, and the node campaigns again")
  func filled() throws {
    var lone = try Self.rotten()
    let asked = try lone.receive(
      .repairReply(RepairReply(entries: Lone.entries(1, 3...3), absent: [])), term: 1)
    #expect(asked.logWrites.map(\.change) == [.fill(Lone.entries(1, 3...3))])
    try lone.finish(asked)
    #expect(lone.node.log.durable == LogIndex(3))
    try lone.meetDeadline()
    #expect(lone.effects.preVoteRequests.count == 2)
  }

  @Test("pitfall 67: an entry of another term fills nothing")
  func otherEntry() throws {
    var lone = try Self.rotten()
    try lone.receive(
      .repairReply(RepairReply(entries: Lone.entries(2, 3...3), absent: [])), term: 2)
    #expect(lone.node.log.faulty == [LogIndex(3)])
  }

  @Test("pitfall 67: what a majority besides the node never held is void")
  func void() throws {
    var lone = try Self.rotten()
    try lone.receive(Self.denial(at(1, 3)), from: n2, term: 2)
    #expect(lone.node.log.last == at(1, 3))
    try lone.receive(Self.denial(at(1, 3)), from: n2, term: 2)
    #expect(lone.node.log.last == at(1, 3))
    try lone.receive(Self.denial(at(1, 3)), from: n3, term: 2)
    #expect(lone.node.log.last == at(1, 2))
    try lone.meetDeadline()
    #expect(lone.effects.preVoteRequests.count == 2)
  }

  @Test("pitfall 67: a learner's denial counts for nothing")
  func learnersDenial() throws {
    var lone = try Self.rotten()
    try lone.receive(Self.denial(at(1, 3)), from: n4, term: 2)
    try lone.receive(Self.denial(at(1, 3)), from: n2, term: 2)
    #expect(lone.node.log.last == at(1, 3))
  }

  // The node may have acknowledged the entry to a leader of any term up to its own, and that leader
  // may still bring it to a denier of an earlier term: such a denial promises nothing.
  @Test("pitfall 67: a denial of a term in which the node may have acknowledged voids nothing")
  func earlyDenial() throws {
    var lone = try Self.rotten(ballot: 4)
    try lone.receive(Self.denial(at(1, 3)), from: n2, term: 3)
    try lone.receive(Self.denial(at(1, 3)), from: n3, term: 4)
    #expect(lone.node.log.last == at(1, 3))
    try lone.receive(Self.denial(at(1, 3)), from: n2, term: 5)
    try lone.receive(Self.denial(at(1, 3)), from: n3, term: 5)
    #expect(lone.node.log.last == at(1, 2))
  }

  @Test("pitfall 67: who denies moves beyond the asker's term first, durably")
  func swears() throws {
    var lone = Lone(ballot: Ballot(term: Term(2), vote: nil))
    try lone.receive(.repairRequest(RepairRequest(wanted: [at(1, 3)])), term: 7)
    #expect(lone.node.term == Term(8))
    #expect(lone.effects.messages.isEmpty)
    #expect(lone.effects.afterBallot.map(\.term) == [Term(8)])
  }

  @Test("pitfall 67: nobody denies while a leader is at work, or just after its start")
  func silentDenier() throws {
    var lone = Lone()
    try lone.append([], after: at(0, 1), term: 1)
    try lone.receive(.repairRequest(RepairRequest(wanted: [at(1, 3)])), from: n3, term: 1)
    #expect(lone.effects.everything.isEmpty)
    var young = Lone()
    young.now = Instant(nanoseconds: 1_000_000_000)
    try young.receive(.repairRequest(RepairRequest(wanted: [at(1, 3)])), from: n3, term: 1)
    #expect(young.effects.everything.isEmpty)
  }

  // Behind a rotten configuration others decide than the node can know: servers that have left the
  // cluster never held what was committed without them.
  @Test("pitfall 67: nothing is void behind a slot that may hold a configuration")
  func behindRottenConfiguration() throws {
    var lone = try Self.rotten(log: [1, 1, 1], faulty: [3, 4])
    try lone.receive(Self.denial(at(1, 4)), from: n2, term: 2)
    try lone.receive(Self.denial(at(1, 4)), from: n3, term: 2)
    #expect(lone.node.log.last == at(1, 4))
    try lone.receive(Self.denial(at(1, 3), at(1, 4)), from: n2, term: 2)
    try lone.receive(Self.denial(at(1, 3), at(1, 4)), from: n3, term: 2)
    #expect(lone.node.log.last == at(1, 2))
  }

  @Test("pitfall 67: slots that rotted helically over all nodes come back, none is lost")
  func helical() throws {
    for seed in UInt64(0)..<5 {
      var cluster = Cluster(3, seed: seed)
      let leader = try cluster.elect()
      for number in 0..<60 { try cluster.propose("x\(number)", at: leader) }
      try cluster.run(for: .milliseconds(200))
      let end = cluster.oracle.end
      for id in cluster.ids { try cluster.crash(id) }
      for index in 2...end.number where index != end.number {
        for id in cluster.ids where id.number % 3 != index % 3 {
          cluster.servers[id]?.disk.rot(LogIndex(index))
        }
      }
      for id in cluster.ids { cluster.start(id) }
      try cluster.elect(atMost: .seconds(20))
      try cluster.run(atMost: .seconds(20)) { $0.hasConverged($0.ids) }
      #expect(cluster.oracle.end > end)
    }
  }

  @Test("pitfall 67: a tail that nobody else ever had is void, and the cluster elects again")
  func ownTail() throws {
    var cluster = Cluster(3)
    let leader = try cluster.elect()
    cluster.partition([])
    try cluster.propose("never", at: leader)
    try cluster.run(for: .milliseconds(50))
    try cluster.crash(leader)
    let last = try #require(cluster.servers[leader]?.disk.last)
    cluster.servers[leader]?.disk.rot(last.index)
    cluster.start(leader)
    let other = try #require(cluster.ids.first { $0 != leader })
    try cluster.crash(other)
    cluster.heal()
    try cluster.run(for: .seconds(3))
    #expect(cluster.leader == nil)
    cluster.start(other)
    try cluster.elect(atMost: .seconds(20))
    try cluster.run(atMost: .seconds(10)) { $0.hasConverged($0.ids) }
  }
}
