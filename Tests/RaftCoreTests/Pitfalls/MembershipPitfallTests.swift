import Determinism
import RaftTypes
import Testing

@testable import RaftCore

@Suite("Pitfalls: who belongs to the cluster")
struct MembershipPitfallTests {
  @Test("pitfall 22: a new leader changes nothing before it committed an entry of its own term")
  func ownTermFirst() throws {
    var lone = Lone()
    let won = try lone.lead()
    try lone.step(.changeMembership(.add(Cluster.member(4)), 9))
    #expect(lone.effects.refusedChanges.map(\.reason) == [.changeUnderWay])
    try lone.finish(won)
    try lone.accept(lone.node.log.last, from: n2)
    try lone.step(.changeMembership(.add(Cluster.member(4)), 10))
    #expect(lone.effects.refusedChanges.isEmpty)
    #expect(lone.effects.appended.map(\.ticket) == [10])
    #expect(lone.node.membership?.learners == [n4])
  }

  @Test("pitfall 22: a second change waits until the first one's entry is committed")
  func oneAtATime() throws {
    var lone = Lone()
    try lone.leadInEarnest()
    try lone.step(.changeMembership(.remove(n3), 1))
    #expect(lone.node.membership?.isJoint == true)
    try lone.step(.changeMembership(.addLearner(Cluster.member(4)), 2))
    #expect(lone.effects.refusedChanges.map(\.reason) == [.changeUnderWay])
    try lone.accept(lone.node.log.last, from: n2)
  }

  @Test("pitfall 25: a promoted learner that has not heard of it gives its vote")
  func promotedUnaware() throws {
    let known = MembershipTests.simple([2, 3], members: [1])
    let genesis = Entry(
      position: at(0, 1), logTime: .zero, payload: .genesis(ClusterID(7, epoch: 1), known))
    var node = RaftNode(
      id: n1, settings: .lan,
      recovered: Recovered(
        ballot: .blank, incarnation: DiskIncarnation(100), snapshot: nil, base: .origin,
        slots: [.entry(genesis)]), seed: 1, at: Instant(nanoseconds: 0))
    let ask = VoteRequest(candidacy: Term(2), lastLog: at(1, 4), isTransfer: false)
    let effects = node.step(
      .received(Envelope(from: n3, to: n1, term: Term(2), message: .voteRequest(ask))),
      at: Instant(nanoseconds: 0) + .seconds(1))
    #expect(effects.voteReplies.map(\.granted) == [true])
    #expect(node.nextDeadline == .distantFuture)
  }

  @Test(
    "pitfall 26: a leader is removed and dies at any step: the rest goes on, and it may be needed",
    arguments: [2, 3])
  func removedLeaderDies(voters: Int) throws {
    for steps in 0..<60 {
      var cluster = Cluster(voters, seed: UInt64(steps))
      let leader = try cluster.elect()
      try cluster.run(for: .milliseconds(100))
      try cluster.change(.remove(leader), at: leader)
      for _ in 0..<(steps / 2) { _ = try cluster.advance() }
      // What it says last is lost with it, in every other case.
      if steps % 2 == 1 { cluster.network.fate = { $0.from == leader ? .lose : .arrive } }
      try cluster.run(for: .milliseconds(2))
      try cluster.crash(leader)
      cluster.network.fate = { _ in .arrive }
      try cluster.run(for: .seconds(1))
      cluster.start(leader)
      let next = try cluster.elect()
      try cluster.propose("goes on", at: next)
      try cluster.run(atMost: .seconds(20)) { $0.isSettled && $0.hasCommitted("goes on") }
    }
  }

  @Test("pitfall 26: whose log alone has its own removal stands for election, uncounted")
  func onlyCopyOfOwnRemoval() throws {
    func membership(_ index: UInt64, _ membership: Membership) -> LogSlot {
      .entry(Entry(position: at(1, index), logTime: .zero, payload: .membership(membership)))
    }
    var lone = Lone()
    lone.node = RaftNode(
      id: n1, settings: .lan,
      recovered: Recovered(
        ballot: Ballot(term: Term(1), vote: n1), incarnation: DiskIncarnation(100),
        snapshot: nil, base: .origin,
        slots: [
          .entry(Lone.genesis(2)), membership(2, MembershipTests.joint([1, 2], [2])),
          membership(3, MembershipTests.simple([2])),
        ]), seed: 1, at: lone.now)
    try lone.meetDeadline()
    #expect(lone.effects.preVoteRequests.count == 1)
    guard case .preCandidate = lone.node.role else { throw Violation("it counted itself") }
    // Once it knows of the commitment it has no business with elections.
    try lone.append([], after: at(1, 3), commit: 3, term: 2)
    #expect(lone.node.nextDeadline == .distantFuture)
  }

  @Test("pitfall 26: a leader that is demoted leads until that is committed, and not longer")
  func demotedLeader() throws {
    var cluster = Cluster(3)
    let leader = try cluster.elect()
    let term = cluster[leader].term
    try cluster.change(.demote(leader), at: leader)
    try cluster.run(atMost: .seconds(2)) { $0.leader != leader && $0.isSettled }
    let next = try #require(cluster.leader)
    #expect(cluster[next].membership?.learners == [leader])
    #expect(cluster[next].term == term.next)
    try cluster.run(atMost: .seconds(2)) { $0.hasConverged($0.ids) }
  }

  @Test("pitfall 27: a joint configuration whose leader died is left by the next leader")
  func jointLeftBehind() throws {
    var cluster = Cluster(3, learners: 1)
    let leader = try cluster.elect()
    try cluster.change(.promote(n4), at: leader)
    try cluster.run(atMost: .seconds(5)) { $0[leader].membership?.isJoint == true }
    try cluster.run(for: .milliseconds(1))
    try cluster.crash(leader)
    let next = try cluster.elect { $0 != leader }
    try cluster.run(atMost: .seconds(5)) { $0.isSettled }
    #expect(cluster[next].membership?.voters == [n1, n2, n3, n4])
  }

  @Test("pitfall 28: a removed server asks for votes for a minute, and moves nobody's term")
  func disruptive() throws {
    var cluster = Cluster(4)
    let leader = try cluster.elect()
    let removed = try #require(cluster.ids.first { $0 != leader })
    try cluster.change(.remove(removed), at: leader)
    try cluster.run(atMost: .seconds(5)) { $0.isSettled }
    let term = cluster[leader].term
    try cluster.run(for: .seconds(60))
    #expect(cluster[removed].leader == nil)
    #expect(cluster.leader == leader)
    #expect(cluster.ids.allSatisfy { cluster[$0].term == term })
  }

  @Test("pitfall 29: an address where nobody listens leaves again, and costs no write")
  func mistyped() throws {
    var cluster = Cluster(1)
    let leader = try cluster.elect()
    try cluster.change(.add(Cluster.member(9)), at: leader)
    try cluster.run(for: .milliseconds(100))
    #expect(cluster[leader].membership?.learners == [NodeID(9)])
    for number in 0..<20 {
      let end = cluster.oracle.end
      try cluster.propose("x\(number)", at: leader)
      try cluster.run(for: .milliseconds(10))
      #expect(cluster.oracle.end > end)
    }
    try cluster.run(atMost: .seconds(60)) {
      $0.isSettled && $0[leader].membership?.members.count == 1
    }
  }

  @Test("pitfall 30: after every change and a snapshot and a restart, all have one membership")
  func oneView() throws {
    var limits = Limits()
    limits.tailBytes = 0
    var cluster = Cluster(3, settings: .lan.with(limits))
    try cluster.elect()
    cluster.bring(Cluster.member(4))
    func settle(_ change: MembershipChange) throws {
      try cluster.change(change, at: try cluster.elect())
      try cluster.run(for: .milliseconds(20))
      try cluster.run(atMost: .seconds(10)) { $0.isSettled }
    }
    try settle(.addLearner(Cluster.member(4)))
    try settle(.promote(n4))
    let removed = cluster.ids.first { $0 != cluster.leader && $0 != n4 } ?? n1
    try settle(.remove(removed))
    let rest = cluster.ids.filter { $0 != removed }
    try cluster.propose("x", at: try cluster.elect())
    try cluster.run(atMost: .seconds(5)) { $0.hasConverged(rest) }
    for id in rest { try cluster.takeSnapshot(at: id) }
    for id in rest { try cluster.crash(id) }
    for id in rest { cluster.start(id) }
    let views = rest.map { cluster[$0].membership }
    #expect(views.allSatisfy { $0 == views[0] })
    #expect(views[0]?.voters == rest)
    try cluster.elect()
  }

  @Test("pitfall 31: crashes and restarts one by one change no membership")
  func rollingCrashes() throws {
    var cluster = Cluster(5)
    try cluster.elect()
    let before = cluster[n1].membership
    for round in 0..<10 {
      let id = NodeID(UInt64(round % 5) + 1)
      let other = NodeID(UInt64((round + 1) % 5) + 1)
      try cluster.crash(id)
      try cluster.run(for: .seconds(5))
      try cluster.crash(other)
      try cluster.run(for: .seconds(5))
      cluster.start(id)
      cluster.start(other)
    }
    try cluster.elect()
    #expect(cluster.ids.allSatisfy { cluster[$0].membership == before })
  }

  @Test("pitfall 3: a replaced disk is demoted, filled and promoted, whenever the leader dies")
  func replacedDisk() throws {
    for steps in stride(from: 0, to: 120, by: 5) {
      var cluster = Cluster(5, seed: UInt64(steps))
      let leader = try cluster.elect()
      for number in 0..<5 { try cluster.propose("x\(number)", at: leader) }
      try cluster.run(for: .milliseconds(100))
      let wiped = try #require(cluster.ids.first { $0 != leader })
      try cluster.replaceDisk(of: wiped)
      for _ in 0..<steps { _ = try cluster.advance() }
      try cluster.crash(leader)
      try cluster.run(for: .seconds(1))
      cluster.start(leader)
      try cluster.elect()
      try cluster.run(atMost: .seconds(20)) { $0.isSettled && $0.hasConverged($0.ids) }
      #expect(cluster[wiped].membership?.voters == cluster.ids)
    }
  }

  @Test("pitfall 3: what was said of a stranger's disk is no news when it becomes a member")
  func staleDisk() throws {
    var lone = Lone()
    try lone.leadInEarnest()
    try lone.step(.peerDisk(n4, DiskIncarnation(77)))
    try lone.step(.changeMembership(.addLearner(Cluster.member(4)), 1))
    try lone.finish(lone.effects)
    try lone.accept(lone.node.log.last, from: n2)
    try lone.wait(.milliseconds(60))
    #expect(lone.node.membership?.members[n4]?.incarnation == Cluster.member(4).incarnation)
    #expect(lone.node.configurations.effectiveIndex == LogIndex(3))
  }

  @Test("pitfall 3: a disk that a follower met long ago is no news when it leads")
  func oldNews() throws {
    var lone = Lone()
    try lone.step(.peerDisk(n3, DiskIncarnation(77)))
    try lone.leadInEarnest()
    try lone.wait(.milliseconds(60))
    #expect(lone.node.membership?.isJoint == false)
    try lone.step(.peerDisk(n3, DiskIncarnation(78)))
    #expect(lone.node.membership?.isJoint == true)
  }

  @Test("pitfall 68: a voter that lost its ballot is demoted, and promoted with its new disk")
  func lostBallot() throws {
    var cluster = Cluster(3)
    let leader = try cluster.elect()
    let forgetful = try #require(cluster.ids.first { $0 != leader })
    try cluster.propose("x", at: leader)
    try cluster.run(for: .milliseconds(100))
    try cluster.crash(forgetful)
    cluster.servers[forgetful]?.disk.loseBallot()
    cluster.start(forgetful)
    let disk = cluster.servers[forgetful]?.disk.incarnation
    try cluster.run(atMost: .seconds(10)) { cluster in
      cluster.isSettled && cluster[leader].membership?.members[forgetful]?.incarnation == disk
    }
    #expect(cluster[leader].membership?.voters == cluster.ids)
    try cluster.crash(leader)
    try cluster.elect { $0 != leader }
  }
}
