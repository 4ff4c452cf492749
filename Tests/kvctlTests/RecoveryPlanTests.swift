import Determinism
import RaftTypes
import Testing
import WriteAheadLog

@testable import kvctl

@Suite("A plan for the disks that are left")
struct RecoveryPlanTests {
  typealias S = Survivors

  @Test("§5.4.1: the log that ends in the later term is kept, however short")
  func laterTerm() throws {
    let long = S.copy(1, [0, 1, 1, 1, 1, 1])
    let late = S.copy(2, [0, 1, 2])
    for copies in [[long, late], [late, long]] {
      let plan = try RecoveryPlan(copies)
      #expect(plan.copies[plan.best].node == NodeID(2))
      #expect(plan.kept == S.position(2, 3) && plan.entries.count == 3)
      #expect(plan.keptTime == LogTime(milliseconds: 3000))
    }
  }

  @Test("of logs in one term the longer is kept, of equal ones the one with fewer faults")
  func longer() throws {
    let plan = try RecoveryPlan([S.copy(1, [0, 1]), S.copy(2, [0, 1, 1])])
    #expect(plan.best == 1)
    let faulty = S.copy(1, [0, 1, 1], faulty: [2])
    #expect(try RecoveryPlan([faulty, S.copy(2, [0, 1, 1])]).best == 1)
  }

  @Test("a faulty slot is filled from a copy of the same position, and from no other")
  func fills() throws {
    let best = S.copy(1, [0, 1, 2, 2, 2], faulty: [2, 4])
    let sound = S.copy(2, [0, 1, 2, 2])
    let plan = try RecoveryPlan([best, sound])
    #expect(plan.hole == nil && plan.kept == S.position(2, 5))
    #expect(plan.entries == S.copy(1, [0, 1, 2, 2, 2]).entries)
    #expect(
      plan.fills == [
        .init(position: S.position(1, 2), copy: 1), .init(position: S.position(2, 4), copy: 1),
      ])
    // Entry 4 of another term is another entry.
    let other = try RecoveryPlan([best, S.copy(2, [0, 1, 1, 1, 1])])
    #expect(other.hole == S.position(2, 4) && other.kept == S.position(2, 3))
  }

  @Test("what nobody can read is lost with all behind it, and the plan says from where on")
  func hole() throws {
    let plan = try RecoveryPlan([S.copy(1, [0, 1, 1, 1], faulty: [3]), S.copy(2, [0, 1])])
    #expect(plan.hole == S.position(1, 3) && plan.kept == S.position(1, 2))
    #expect(throws: CommandFailure.self) { try RecoveryPlan([S.copy(1, [0, 1], faulty: [1])]) }
  }

  @Test("the state begins at the newest sound snapshot that the best log continues")
  func start() throws {
    let best = S.copy(
      1, [2, 2, 2], from: S.position(1, 3), faulty: [4, 5],
      snapshots: [S.snapshot(1, 3)])
    #expect(try RecoveryPlan([best]).hole == S.position(2, 4))
    // Another node's snapshot stands for the faulty slots below it.
    let helper = S.copy(2, [], from: S.position(2, 5), snapshots: [S.snapshot(2, 5)])
    let plan = try RecoveryPlan([best, helper])
    #expect(plan.start?.copy == 1 && plan.hole == nil && plan.kept == S.position(2, 6))
    #expect(plan.entries.map(\.position) == [S.position(2, 6)])
    // One of another history does not.
    let stranger = S.copy(2, [], from: S.position(1, 5), snapshots: [S.snapshot(1, 5)])
    #expect(try RecoveryPlan([best, stranger]).start?.copy == 0)
  }

  @Test("a snapshot that is all there is, is all that is kept")
  func snapshotAlone() throws {
    let plan = try RecoveryPlan([
      S.copy(1, [], from: S.position(4, 9), snapshots: [S.snapshot(4, 9)])
    ])
    #expect(plan.kept == S.position(4, 9) && plan.entries.isEmpty)
    #expect(plan.proven == LogIndex(9) && plan.membership == S.membership([1, 2, 3]))
  }

  @Test("a log without the state before it is no beginning, and its directory is named")
  func noStart() {
    let best = S.copy(1, [2, 2], from: S.position(1, 3))
    let failure = #expect(throws: CommandFailure.self) {
      try RecoveryPlan([best, S.copy(2, [0, 1])])
    }
    #expect(failure?.message.contains("n1 has the latest log") == true)
  }

  @Test("nothing acknowledged is at risk while every majority has a disk here")
  func risk() throws {
    let cases: [(voters: [UInt64], left: [UInt64], atRisk: Bool, quorum: Bool)] = [
      ([1], [1], false, true), ([1, 2], [1], false, false), ([1, 2, 3], [1], true, false),
      ([1, 2, 3], [1, 2], false, true), ([1, 2, 3, 4], [1], true, false),
      ([1, 2, 3, 4], [1, 2], false, false), ([1, 2, 3, 4], [1, 2, 3], false, true),
      ([1, 2, 3, 4, 5], [1, 2], true, false), ([1, 2, 3, 4, 5], [1, 2, 3], false, true),
    ]
    for (voters, left, atRisk, quorum) in cases {
      let plan = try RecoveryPlan(left.map { S.copy($0, [0, 1, 1], voters: voters) })
      #expect(plan.mayLoseMore == atRisk, "\(left) of \(voters)")
      #expect(plan.hasQuorum == quorum, "\(left) of \(voters)")
      #expect(plan.lostVoters.map(\.number) == voters.filter { !left.contains($0) })
    }
  }

  @Test("the risk agrees with trying every majority, for random memberships and survivors")
  func riskOracle() throws {
    var dice = Dice(seed: 11)
    for _ in 0..<300 {
      let voters = Array(1...(1 + dice.below(6)))
      let left = voters.filter { _ in dice.chance(1, in: 2) }
      guard !left.isEmpty else { continue }
      let plan = try RecoveryPlan(left.map { S.copy($0, [0, 1], voters: voters) })
      let masks: Range<UInt64> = 0..<1 << UInt64(voters.count)
      let subsets = masks.map { mask -> [UInt64] in
        voters.filter { id in (mask >> (id - 1)) & 1 == 1 }
      }
      let majorities = subsets.filter { $0.count > voters.count / 2 }
      let escapes = majorities.contains { majority in majority.allSatisfy { !left.contains($0) } }
      #expect(plan.mayLoseMore == escapes, "\(left) of \(voters)")
      let covered = majorities.contains { majority in majority.allSatisfy(left.contains) }
      #expect(plan.hasQuorum == covered, "\(left) of \(voters)")
    }
  }

  @Test("a change of membership that may not have been committed counts both ways")
  func uncommittedChange() throws {
    // Alone in the new configuration, one of three in the old.
    let change = S.membership([1])
    let open = S.copy(1, [0, 1, 1, 1], changes: [3: change])
    let plan = try RecoveryPlan([open])
    #expect(plan.membership == change && plan.configurations.count == 2)
    #expect(plan.hasQuorum && plan.mayLoseMore)
    // A snapshot behind the change proves it.
    let proven = S.copy(
      1, [0, 1, 1, 1], snapshots: [S.snapshot(1, 4, [1])], changes: [3: change])
    let settled = try RecoveryPlan([proven])
    #expect(settled.configurations == [change] && !settled.mayLoseMore)
  }

  @Test("§6: in a joint configuration both halves must have been able to do without these disks")
  func joint() throws {
    let members = SortedMap((UInt64(1)...5).map { (NodeID($0), S.member($0)) })
    let joint = Membership(
      members: members, voters: [3, 4, 5].map { NodeID($0) },
      outgoing: [1, 2, 3].map { NodeID($0) })
    let snapshot = SnapshotFile(
      descriptor: SnapshotDescriptor(
        position: S.position(1, 4), logTime: .zero, membership: joint, cluster: S.cluster,
        stateHash: 0), path: "s", size: 1)
    func plan(_ ids: [UInt64]) throws -> RecoveryPlan {
      try RecoveryPlan(
        ids.map { S.copy($0, [], from: S.position(1, 4), snapshots: [snapshot]) })
    }
    #expect(try plan([1]).mayLoseMore)
    #expect(try !plan([1, 2]).mayLoseMore, "no majority of the outgoing half is without them")
    #expect(try !plan([1, 2]).hasQuorum)
    #expect(try plan([1, 3, 4]).hasQuorum)
  }

  @Test("pitfall 3: a disk that another one replaced, or a log that is cut, speaks for nobody")
  func whoSpeaks() throws {
    let two = { (second: SurvivingCopy) in
      try RecoveryPlan([S.copy(1, [0, 1, 1]), second])
    }
    #expect(try two(S.copy(2, [0, 1, 1])).hasQuorum)
    #expect(try !two(S.copy(2, [0, 1, 1], disk: 0xEE)).hasQuorum)
    #expect(try two(S.copy(2, [0, 1, 1], disk: 0xEE)).mayLoseMore)
    #expect(try two(S.copy(2, [0, 1], isCut: true)).mayLoseMore)
    // Without its ballot it cannot vote, but its log is what it acknowledged.
    let forgetful = try two(S.copy(2, [0, 1, 1], ballot: nil))
    #expect(!forgetful.hasQuorum && !forgetful.mayLoseMore)
  }

  @Test("directories that do not belong together are refused, and the odd one is named")
  func mixed() {
    let one = S.copy(1, [0, 1])
    let wrong: [(SurvivingCopy, String)] = [
      (S.copy(2, [0, 1], cluster: ClusterID(7, epoch: 3)), "directories of one cluster"),
      (S.copy(2, [0, 1], cluster: ClusterID(0xC1, epoch: 2)), "n2 is of an earlier epoch"),
      (S.copy(2, [0, 1], cluster: ClusterID(0xC1, epoch: 4)), "n1 is of an earlier epoch"),
      (S.copy(1, [0, 1, 1]), "both of node 1"),
    ]
    for (other, says) in wrong {
      let failure = #expect(throws: CommandFailure.self) { try RecoveryPlan([one, other]) }
      #expect(failure?.message.contains(says) == true, "\(failure?.message ?? "")")
    }
    #expect(throws: CommandFailure.self) { try RecoveryPlan([]) }
  }
}

extension SurvivingCopy {
  fileprivate var entries: [Entry] {
    contents.slots.compactMap { slot in
      if case .entry(let entry) = slot { entry } else { nil }
    }
  }
}
