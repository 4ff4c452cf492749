import Determinism
import RaftTypes
import Testing

@testable import RaftCore

@Suite("Pitfalls: disks that lost something")
struct DiskFaultTests {
  @Test("pitfall 3: a wiped disk never votes under its old name, even with a part of the log")
  func wiped() throws {
    // The prefix that a leader gave it names its old disk, or does not name it at all.
    for known in [
      Membership(voters: [1, 2, 3].map { Cluster.member($0) }),
      Membership(voters: [2, 3].map { Cluster.member($0) }),
    ] {
      let genesis = Entry(
        position: at(0, 1), logTime: .zero, payload: .genesis(ClusterID(7, epoch: 1), known))
      var node = RaftNode(
        id: n1, settings: .lan,
        recovered: Recovered(
          ballot: .blank, incarnation: DiskIncarnation(101), snapshot: nil, base: .origin,
          slots: [.entry(genesis)]), seed: 1, at: Instant(nanoseconds: 0))
      let ask = VoteRequest(candidacy: Term(5), lastLog: at(4, 9), isTransfer: true)
      let envelope = Envelope(from: n2, to: n1, term: Term(5), message: .voteRequest(ask))
      let effects = node.step(
        .received(envelope), at: Instant(nanoseconds: 0) + .seconds(9))
      #expect(effects.voteReplies.map(\.granted) == [false])
      #expect(node.nextDeadline == .distantFuture)
    }
  }

  @Test("pitfall 3: with one of three wiped, an acknowledged entry is never lost")
  func wipedCluster() throws {
    var cluster = Cluster(3)
    let leader = try cluster.elect()
    let followers = cluster.ids.filter { $0 != leader }
    let (wiped, other) = (followers[0], followers[1])
    cluster.partition([[leader, wiped]])
    try cluster.propose("X", at: leader)
    try cluster.run(for: .milliseconds(100))
    try cluster.crash(wiped)
    cluster.servers[wiped]?.disk = Disk(incarnation: DiskIncarnation(999))
    cluster.start(wiped)
    cluster.partition([[wiped, other]])
    try cluster.run(for: .seconds(10))
    #expect(cluster.ids.filter { $0 != leader }.allSatisfy { !cluster[$0].isLeader })
  }

  @Test("pitfall 69: two of three wiped elect nobody, and an empty disk never votes")
  func majorityWiped() throws {
    var cluster = Cluster(3)
    let leader = try cluster.elect()
    for id in cluster.ids where id != leader {
      try cluster.crash(id)
      cluster.servers[id]?.disk = Disk(incarnation: DiskIncarnation(id.number * 100 + 50))
      cluster.start(id)
    }
    try cluster.crash(leader)
    cluster.start(leader)
    try cluster.run(for: .seconds(20))
    #expect(cluster.leader == nil)
    for id in cluster.ids where id != leader {
      #expect(cluster[id].membership == nil)
      #expect(cluster[id].ballot.vote == nil)
    }
  }

  @Test("pitfall 67: a slot that rotted counts in votes, and its node does not campaign")
  func rottedTail() throws {
    var lone = Lone(log: [1, 1], ballot: Ballot(term: Term(1), vote: nil), faulty: [3])
    try lone.meetDeadline()
    #expect(lone.effects.preVoteRequests.isEmpty)
    let shorter = VoteRequest(candidacy: Term(2), lastLog: at(1, 2), isTransfer: false)
    try lone.receive(.voteRequest(shorter), term: 2)
    #expect(lone.effects.voteReplies.map(\.granted) == [false])
    let equal = VoteRequest(candidacy: Term(3), lastLog: at(1, 3), isTransfer: false)
    try lone.receive(.voteRequest(equal), term: 3)
    #expect(lone.effects.voteReplies.map(\.granted) == [true])
  }

  @Test("pitfall 67: A and B commit X, B's rots, A dies: nobody leads without X, A brings it back")
  func rottedCluster() throws {
    var cluster = Cluster(3)
    let a = try cluster.elect()
    let (b, c) = (cluster.ids.filter { $0 != a }[0], cluster.ids.filter { $0 != a }[1])
    cluster.partition([[a, b]])
    try cluster.propose("X", at: a)
    try cluster.run(for: .milliseconds(200))
    try cluster.crash(b)
    cluster.servers[b]?.disk.rot(cluster.oracle.end)
    cluster.start(b)
    try cluster.crash(a)
    cluster.partition([[b, c]])
    try cluster.run(for: .seconds(10))
    #expect(cluster.leader == nil)
    cluster.start(a)
    cluster.heal()
    try cluster.run(atMost: .seconds(5)) { $0.hasConverged($0.ids) }
  }

  @Test("pitfall 67: the leader's append fills what rotted, in the middle too, and acknowledges it")
  func filled() throws {
    var lone = Lone(log: [1, 1, 1, 1], ballot: Ballot(term: Term(1), vote: nil), faulty: [3])
    try lone.append([], after: at(1, 5), commit: 5, term: 1)
    #expect(lone.effects.acknowledged == [at(1, 2)])
    #expect(lone.node.commit == LogIndex(5))
    #expect(lone.node.handedOut == LogIndex(2))
    try lone.append(Lone.entries(1, 3...5), after: at(1, 2), commit: 5, term: 1)
    #expect(lone.effects.logWrites.map(\.change) == [.fill(Lone.entries(1, 3...3))])
    #expect(lone.effects.acknowledged.isEmpty)
    #expect(lone.node.handedOut == LogIndex(5))
    try lone.step(.logDurable(lone.effects.logWrites[0].completion))
    #expect(lone.effects.acknowledged == [at(1, 5)])
  }

  @Test("pitfall 67: a rotted slot that the leader has compacted away comes back by snapshot")
  func filledBySnapshot() throws {
    var limits = Limits()
    limits.tailBytes = 0
    var cluster = Cluster(3, settings: .lan.with(limits))
    let leader = try cluster.elect()
    for number in 0..<10 { try cluster.propose("x\(number)", at: leader) }
    try cluster.run(for: .milliseconds(200))
    let follower = try #require(cluster.ids.first { $0 != leader })
    try cluster.crash(follower)
    cluster.servers[follower]?.disk.rot(LogIndex(5))
    try cluster.takeSnapshot(at: leader)
    try cluster.propose("y", at: leader)
    cluster.start(follower)
    try cluster.run(atMost: .seconds(5)) { $0.hasConverged($0.ids) }
  }

  @Test("pitfall 67: what rotted after it was acknowledged is filled in the same term")
  func filledInTerm() throws {
    var cluster = Cluster(3)
    let leader = try cluster.elect()
    for number in 0..<10 { try cluster.propose("x\(number)", at: leader) }
    try cluster.run(for: .milliseconds(200))
    let term = cluster[leader].term
    let follower = try #require(cluster.ids.first { $0 != leader })
    try cluster.crash(follower)
    cluster.servers[follower]?.disk.rot(LogIndex(5))
    cluster.start(follower)
    try cluster.run(atMost: .seconds(2)) { $0.hasConverged($0.ids) }
    #expect(cluster[leader].term == term)
  }

  @Test("pitfall 67: a slot that rotted below the own snapshot holds nobody up")
  func rottedBelowSnapshot() throws {
    var cluster = Cluster(1)
    try cluster.elect()
    for number in 0..<5 { try cluster.propose("x\(number)", at: n1) }
    try cluster.run(for: .milliseconds(100))
    try cluster.takeSnapshot(at: n1)
    try cluster.run(for: .milliseconds(100))
    try cluster.crash(n1)
    cluster.servers[n1]?.disk.rot(LogIndex(3))
    cluster.start(n1)
    try cluster.elect()
    #expect(cluster[n1].log.faulty.isEmpty)
  }

  @Test("pitfall 67: a configuration that rotted and comes back does not pass for the newest")
  func rottedConfiguration() throws {
    let older = Entry(
      position: at(1, 2), logTime: .zero, payload: .membership(MembershipTests.simple([1, 2])))
    let newer = Entry(
      position: at(1, 3), logTime: .zero, payload: .membership(MembershipTests.simple([1, 2, 3])))
    var node = RaftNode(
      id: n1, settings: .lan,
      recovered: Recovered(
        ballot: Ballot(term: Term(1), vote: nil), incarnation: DiskIncarnation(100),
        snapshot: nil, base: .origin,
        slots: [.entry(Lone.genesis(3)), .faulty(at(1, 2)), .entry(newer)]), seed: 1,
      at: Instant(nanoseconds: 0))
    let append = Append(previous: at(0, 1), entries: [older], commit: .zero)
    _ = node.step(
      .received(Envelope(from: n2, to: n1, term: Term(1), message: .append(append))),
      at: Instant(nanoseconds: 1))
    #expect(node.membership?.voters == [n1, n2, n3])
    #expect(node.configurations.at(LogIndex(2))?.voters == [n1, n2])
  }

  @Test("pitfall 68: a disk that lost its ballot is another disk, which neither votes nor leads")
  func noBallot() throws {
    var node = RaftNode(
      id: n1, settings: .lan,
      recovered: Recovered(
        ballot: Ballot(term: .zero, vote: nil), incarnation: DiskIncarnation(150), snapshot: nil,
        base: .origin, slots: [.entry(Lone.genesis(3))]), seed: 1,
      at: Instant(nanoseconds: 0))
    #expect(node.nextDeadline == .distantFuture)
    let ask = VoteRequest(candidacy: Term(5), lastLog: at(4, 9), isTransfer: true)
    let later = Instant(nanoseconds: 10_000_000_000)
    let effects = node.step(
      .received(Envelope(from: n2, to: n1, term: Term(5), message: .voteRequest(ask))), at: later)
    #expect(effects.voteReplies.map(\.granted) == [false])
    #expect(node.ballot.vote == nil)
  }

  @Test("pitfall 68: whose ballot rotted helps no older leader to commit against its promise")
  func promiseForgotten() throws {
    var cluster = Cluster(3)
    let old = try cluster.elect()
    let (b, c) = (cluster.ids.filter { $0 != old }[0], cluster.ids.filter { $0 != old }[1])
    try cluster.run(for: .milliseconds(200))
    // b votes for c, forgets it, and meets the old leader again before that has stepped down.
    cluster.partition([[b, c]])
    try cluster.run(for: .milliseconds(350))
    let term = cluster[old].term.next
    let ask = VoteRequest(candidacy: term, lastLog: cluster[c].log.last, isTransfer: true)
    try cluster.deliver(.voteRequest(ask), from: c, to: b, term: term)
    try cluster.settle()
    try cluster.crash(b)
    cluster.servers[b]?.disk.loseBallot()
    cluster.start(b)
    cluster.partition([[old, b]])
    let end = cluster.oracle.end
    if cluster[old].isLeader { try cluster.propose("lost", at: old) }
    try cluster.run(for: .milliseconds(200))
    #expect(cluster.oracle.end == end)
  }
}
