import Determinism
import RaftTypes
import Testing

@testable import RaftCore

/// Members, voters and what they wait for, as sets; knows nothing of joint configurations.
private struct Roster: Equatable {
  var members: Set<UInt64>
  var voters: Set<UInt64>

  init(_ membership: Membership) {
    members = Set(membership.members.keys.map(\.number))
    voters = Set(membership.voters.map(\.number))
  }

  /// What a change leads to at once; nil: it makes no sense.
  func after(_ change: MembershipChange) -> Roster? {
    var next = self
    switch change {
    case .add(let member), .addLearner(let member):
      guard !members.contains(member.id.number) else { return nil }
      next.members.insert(member.id.number)
    case .promote(let id):
      guard members.contains(id.number), !voters.contains(id.number) else { return nil }
    case .demote(let id):
      guard voters.contains(id.number), voters.count > 1 else { return nil }
      next.voters.remove(id.number)
    case .remove(let id):
      guard members.contains(id.number), voters != [id.number] else { return nil }
      next.voters.remove(id.number)
      next.members.remove(id.number)
    case .replace(let id, let member):
      guard voters.contains(id.number), !members.contains(member.id.number) else { return nil }
      next.members.insert(member.id.number)
    }
    return next
  }
}

@Suite("D 4.3 Steps from one membership to the next")
struct MembershipStepTests {
  private static func change(_ dice: inout Dice) -> MembershipChange {
    let id = NodeID(1 + dice.below(6))
    let member = Cluster.member(1 + dice.below(6))
    switch dice.below(6) {
    case 0: return .add(member)
    case 1: return .addLearner(member)
    case 2: return .promote(id)
    case 3: return .demote(id)
    case 4: return .remove(id)
    case _: return .replace(id, with: member)
    }
  }

  /// Every set of `all` that decides in `membership`.
  private static func quorums(of membership: Membership) -> [Set<UInt64>] {
    (0..<(1 << 6)).compactMap { bits in
      let set = Set((1...6).filter { bits & (1 << ($0 - 1)) != 0 }.map { UInt64($0) })
      let tally = Quorum.tally(in: membership) { set.contains($0.number) }
      return tally == .won ? set : nil
    }
  }

  private static func meet(_ one: Membership, _ other: Membership) -> Bool {
    let others = quorums(of: other)
    return quorums(of: one).allSatisfy { quorum in
      others.allSatisfy { !$0.isDisjoint(with: quorum) }
    }
  }

  @Test("every step does what sets say, or is refused and changes nothing")
  func steps() {
    var dice = Dice(seed: 41)
    for _ in 0..<60 {
      var membership = Membership(voters: [1, 2, 3].map { Cluster.member($0) })
      for _ in 0..<20 {
        let change = Self.change(&dice)
        let expected = Roster(membership).after(change)
        let next = try? membership.stepping(by: change)
        #expect((next == nil) == (expected == nil), "\(change) of \(membership)")
        guard let next else { continue }
        let settled = next.isJoint ? next.leavingJoint : next
        #expect(Roster(settled) == expected, "\(change) of \(membership)")
        membership = settled
      }
    }
  }

  @Test("every quorum of a configuration meets every quorum of the next one")
  func quorumsMeet() {
    var dice = Dice(seed: 42)
    for _ in 0..<12 {
      var membership = Membership(voters: [1, 2, 3].map { Cluster.member($0) })
      for _ in 0..<6 {
        var steps: [Membership] = []
        if let next = try? membership.stepping(by: Self.change(&dice)) { steps.append(next) }
        if let candidate = (steps.last ?? membership).prospects.first, steps.last?.isJoint != true {
          steps.append((steps.last ?? membership).promoting(candidate.id))
        }
        for next in steps {
          #expect(Self.meet(membership, next))
          membership = next
        }
        guard membership.isJoint else { continue }
        #expect(Self.meet(membership, membership.leavingJoint))
        membership = membership.leavingJoint
      }
    }
  }

  @Test("a promotion makes a voter, and whom it replaces leaves with the outgoing half")
  func promotion() throws {
    let three = Membership(voters: [1, 2, 3].map { Cluster.member($0) })
    let trial = try three.stepping(by: .replace(n3, with: Cluster.member(4)))
    #expect(trial.voters == three.voters)
    let joint = trial.promoting(n4)
    #expect(joint.voters == [n1, n2, n4])
    #expect(joint.outgoing == [n1, n2, n3])
    #expect(joint.leavingJoint.members.keys == [n1, n2, n4])
    // It left by another change meanwhile: a promotion then replaces nobody.
    let gone = try trial.stepping(by: .remove(n3)).leavingJoint
    #expect(gone.promoting(n4).leavingJoint.voters == [n1, n2, n4])
    // It was demoted: it is not a voter, and leaves all the same.
    let demoted = try trial.stepping(by: .demote(n3)).leavingJoint
    #expect(demoted.promoting(n4).leavingJoint.members.keys == [n1, n2, n4])
  }

  @Test("another disk demotes a voter first, and is taken as a learner's then")
  func renewal() throws {
    let three = Membership(voters: [1, 2, 3].map { Cluster.member($0) })
    let disk = DiskIncarnation(999)
    let joint = try #require(three.renewing(n3, on: disk))
    #expect(joint.voters == [n1, n2])
    #expect(joint.members[n3]?.incarnation == Cluster.member(3).incarnation)
    let renewed = try #require(joint.leavingJoint.renewing(n3, on: disk))
    #expect(renewed.learners == [n3])
    #expect(renewed.members[n3]?.incarnation == disk)
    #expect(renewed.prospects.map(\.id) == [n3])
    #expect(renewed.renewing(n3, on: disk) == nil)
    #expect(renewed.renewing(n5, on: disk) == nil)
    #expect(Membership(voters: [Cluster.member(1)]).renewing(n1, on: disk) == nil)
  }

  @Test("what cannot be is refused with its reason")
  func refusals() {
    let one = Membership(voters: [Cluster.member(1)])
    let same = Member(
      id: n2, incarnation: DiskIncarnation(2), peerAddress: "p1", clientAddress: "c2")
    #expect(throws: MembershipRefusal.lastVoter(n1)) { try one.stepping(by: .remove(n1)) }
    #expect(throws: MembershipRefusal.lastVoter(n1)) { try one.stepping(by: .demote(n1)) }
    #expect(throws: MembershipRefusal.alreadyVoter(n1)) { try one.stepping(by: .promote(n1)) }
    #expect(throws: MembershipRefusal.notMember(n2)) { try one.stepping(by: .promote(n2)) }
    #expect(throws: MembershipRefusal.addressTaken(by: n1)) { try one.stepping(by: .add(same)) }
    #expect(throws: MembershipRefusal.alreadyMember(n1)) {
      try one.stepping(by: .add(Cluster.member(1)))
    }
    let most = Membership(
      members: SortedMap(
        (1...UInt64(Membership.most)).map { (NodeID($0), Cluster.member($0)) }),
      voters: [n1])
    #expect(throws: MembershipRefusal.tooManyMembers) {
      try most.stepping(by: .add(Cluster.member(99)))
    }
  }
}
