import Determinism
import RaftTypes
import Testing

@testable import RaftCore

@Suite("§6 Membership as a value")
struct MembershipTests {
  static func joint(_ old: [UInt64], _ new: [UInt64]) -> Membership {
    let members = Set(old + new).sorted().map { Cluster.member($0) }
    return Membership(
      members: SortedMap(members.map { ($0.id, $0) }), voters: new.map { NodeID($0) },
      outgoing: old.map { NodeID($0) })
  }

  static func simple(_ voters: [UInt64], members: [UInt64] = []) -> Membership {
    let all = Set(voters + members).sorted().map { Cluster.member($0) }
    return Membership(
      members: SortedMap(all.map { ($0.id, $0) }), voters: voters.map { NodeID($0) })
  }

  /// A membership of up to seven nodes, joint in half of the cases.
  private static func draw(_ dice: inout Dice) -> Membership {
    func half(_ dice: inout Dice) -> [UInt64] {
      let some = (1...7).filter { _ in dice.chance(1, in: 2) }.map { UInt64($0) }
      return some.isEmpty ? [dice.below(7) + 1] : some
    }
    let incoming = half(&dice)
    return dice.chance(1, in: 2) ? simple(incoming) : joint(half(&dice), incoming)
  }

  @Test("what a quorum has reached is what a count finds, in joint configurations too")
  func reached() {
    var dice = Dice(seed: 6)
    for _ in 0..<5000 {
      let membership = Self.draw(&dice)
      let values = SortedMap((1...7).map { (NodeID($0), Int(dice.below(5))) })
      func counts(_ half: [NodeID], _ floor: Int) -> Bool {
        half.filter { values[$0] ?? 0 >= floor }.count * 2 > half.count
      }
      let expected = (0..<5).last { floor in
        counts(membership.voters, floor) && (membership.outgoing.map { counts($0, floor) } ?? true)
      }
      #expect(Quorum.reached(in: membership) { values[$0] ?? 0 } == expected)
    }
  }

  @Test("an election is won, lost or open as trying out every silent voter says")
  func tally() {
    var dice = Dice(seed: 7)
    for _ in 0..<3000 {
      let membership = Self.draw(&dice)
      let votes: [Bool?] = (0..<8).map { _ in [true, false, nil][Int(dice.below(3))] }
      func wins(_ silent: Bool) -> Bool {
        [membership.voters, membership.outgoing ?? membership.voters].allSatisfy { half in
          half.filter { votes[Int($0.number)] ?? silent }.count * 2 > half.count
        }
      }
      let expected: Quorum.Tally = wins(false) ? .won : wins(true) ? .pending : .lost
      #expect(Quorum.tally(in: membership) { votes[Int($0.number)] } == expected)
    }
  }

  @Test("two quorums of one configuration always share a voter")
  func intersect() {
    for count in 1...7 { #expect(2 * Quorum.size(of: count) > count) }
  }

  @Test("a joint configuration commits only with a majority of each half")
  func jointCommit() throws {
    var cluster = Cluster(3, learners: 2)
    let leader = try cluster.elect()
    // The old majority alone.
    cluster.partition([[n1, n2, n3]])
    let stuck = cluster.oracle.end
    try cluster.propose(Self.joint([1, 2, 3], [3, 4, 5]), at: leader)
    try cluster.run(for: .seconds(2))
    #expect(cluster.oracle.end == stuck)
    #expect(cluster[leader].membership?.isJoint == true)
    cluster.heal()
    try cluster.elect()
    try cluster.run(atMost: .seconds(5)) { $0.hasConverged($0.ids) }
    #expect(cluster.ids.allSatisfy { cluster[$0].membership?.isJoint == false })
  }

  @Test("a joint configuration elects only with a majority of each half")
  func jointElection() throws {
    var cluster = Cluster(3, learners: 2)
    let leader = try cluster.elect()
    // Everybody has it and nobody's answer arrives: it is in force and not committed.
    cluster.network.fate = { envelope in
      if case .appendReply = envelope.message { .lose } else { .arrive }
    }
    try cluster.propose(Self.joint([1, 2, 3], [3, 4, 5]), at: leader)
    try cluster.run(for: .milliseconds(100))
    #expect(cluster.ids.allSatisfy { cluster[$0].membership?.isJoint == true })
    cluster.partition([[n1, n2], [n3, n4, n5]])
    cluster.network.fate = { _ in .arrive }
    try cluster.run(for: .seconds(3))
    #expect(cluster.ids.allSatisfy { !cluster[$0].isLeader })
    cluster.partition([[n2, n3, n4], [n1, n5]])
    try cluster.elect { [n2, n3, n4].contains($0) }
  }

  @Test("a configuration holds from its append, and goes when its entry goes (pitfall 23)")
  func truncated() throws {
    var lone = Lone(log: [1])
    let added = Entry(
      position: at(1, 3), logTime: .zero, payload: .membership(Self.simple([1, 2, 3, 4])))
    try lone.append([added], after: at(1, 2), term: 1)
    #expect(lone.node.membership?.voters.count == 4)
    try lone.append(Lone.entries(2, 3...3), after: at(1, 2), from: n3, term: 2)
    #expect(lone.node.membership?.voters.count == 3)
  }

  @Test("a leader that is not in the committed configuration commits it and steps down (§4.2.2)")
  func removesItself() throws {
    var cluster = Cluster(3)
    let leader = try cluster.elect()
    let rest = cluster.ids.filter { $0 != leader }.map(\.number)
    try cluster.propose(Self.joint([1, 2, 3], rest), at: leader)
    try cluster.run(for: .milliseconds(200))
    try cluster.propose(Self.simple(rest), at: leader)
    try cluster.run(atMost: .seconds(5)) { !$0[leader].isLeader }
    let next = try cluster.elect { $0 != leader }
    try cluster.propose("x", at: next)
    try cluster.run(for: .milliseconds(200))
    #expect(cluster.oracle.end == cluster[next].log.last.index)
  }

  @Test("an outvoted leader does not count itself (pitfall 11)")
  func demoted() throws {
    var lone = Lone()
    try lone.leadInEarnest()
    let proposal = Proposal(ticket: 1, payload: .membership(Self.simple([2, 3], members: [1])))
    let asked = try lone.step(.propose([proposal], .zero))
    try lone.finish(asked)
    try lone.accept(at(1, 3), from: n2)
    #expect(lone.node.commit == LogIndex(2))
    try lone.accept(at(1, 3), from: n3)
    #expect(lone.node.commit == LogIndex(3))
    #expect(!lone.node.isLeader)
  }

  @Test("a new disk under an old name starts from nothing in the leader's books (pitfall 3)")
  func replacedDisk() throws {
    var lone = Lone(voters: 5)
    try lone.leadInEarnest()
    try lone.accept(at(1, 2), from: n2)
    let members = (1...5).map { Cluster.member($0, disk: $0 == 2 ? 1 : 0) }
    let proposal = Proposal(
      ticket: 1, payload: .membership(Membership(voters: members)))
    try lone.step(.propose([proposal], .zero))
    guard case .leader(let leadership) = lone.node.role else { throw Violation("no leader") }
    #expect(leadership.progress[n2]?.match == .zero)
    #expect(leadership.progress[n3] != nil)
  }

  @Test("a learner receives everything and decides nothing")
  func learner() throws {
    var cluster = Cluster(3, learners: 1)
    let leader = try cluster.elect()
    try cluster.propose("x", at: leader)
    try cluster.run(for: .milliseconds(200))
    #expect(cluster.hasConverged(cluster.ids))
    for id in [n1, n2, n3] where id != leader { try cluster.crash(id) }
    try cluster.run(for: .seconds(2))
    #expect(cluster.leader == nil)
  }
}
