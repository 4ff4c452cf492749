import BinaryCodec
import Determinism
import RaftTypes
import Testing

@testable import RaftCore

@Suite("§10.2 Pipelining")
struct PipeliningTests {
  private static func leader(_ change: (inout Limits) -> Void = { _ in }) throws -> Lone {
    var limits = Limits()
    change(&limits)
    var lone = Lone(settings: .lan.with(limits))
    try lone.leadInEarnest()
    try lone.accept(lone.node.log.last, from: n3)
    return lone
  }

  @Test("appends leave ahead of their answers")
  func ahead() throws {
    var lone = try Self.leader()
    for number in 0..<5 { #expect(try lone.propose("x\(number)").appends.count == 2) }
  }

  @Test("appends leave before the leader's own disk has answered (§10.2.1)")
  func parallel() throws {
    var lone = try Self.leader()
    let effects = try lone.propose("x")
    #expect(effects.messages.count == 2)
    #expect(effects.afterBallot.isEmpty)
  }

  @Test("a quorum of followers commits without the leader's disk (§10.2.1)")
  func withoutOwnDisk() throws {
    var lone = try Self.leader()
    try lone.propose("x")
    try lone.accept(at(1, 3), from: n2)
    #expect(lone.node.commit == LogIndex(2))
    try lone.accept(at(1, 3), from: n3)
    #expect(lone.node.commit == LogIndex(3))
  }

  @Test("the window bounds what is in flight, by count and by bytes")
  func window() throws {
    var byCount = try Self.leader { $0.appendsInFlight = 3 }
    var byBytes = try Self.leader { $0.bytesInFlight = 100 }
    var sent = (count: 0, bytes: 0)
    for number in 0..<20 {
      sent.count += try byCount.propose("x\(number)").appends.count
      sent.bytes += try byBytes.propose("x\(number)").appends.count
    }
    #expect(sent.count == 6)
    #expect(sent.bytes == 6)
    // An answer opens it again, and what waited goes in one append.
    try byCount.accept(at(1, 3), from: n2)
    #expect(byCount.effects.appends.map(\.entries.count) == [17])
  }

  @Test(
    "who lacks much gets a part of it each turn, a smaller one when nobody waits for it",
    arguments: [false, true])
  func turns(isCommitted: Bool) throws {
    var lone = try Self.leader {
      $0.appendBytes = 100
      $0.turnBytes = 450
      $0.turnBytesBehind = 150
    }
    // n2 answers nothing: what it lacks piles up behind a window that is full.
    lone.now = lone.now + .milliseconds(1)
    for number in 0..<100 {
      let effects = try lone.propose("entry number \(number)")
      if isCommitted { try lone.finish(effects) }
    }
    if isCommitted { try lone.accept(lone.node.log.last, from: n3) }
    #expect((lone.node.commit == lone.node.log.last.index) == isCommitted)
    try lone.step(.peerReset(n2))
    try lone.accept(at(1, 2), from: n2)
    var got = LogIndex(2)
    var turns = 0
    var most = 0
    while got < lone.node.log.last.index, turns < 1000 {
      let appends = lone.effects.everything.compactMap { envelope -> Append? in
        guard envelope.to == n2, case .append(let append) = envelope.message else { return nil }
        return append
      }
      let bytes = appends.flatMap(\.entries).reduce(0) { $0 + $1.weight }
      most = max(most, bytes)
      got = max(got, appends.last?.last.index ?? got)
      turns += 1
      try lone.accept(appends.first?.last ?? at(1, 2), from: n2)
    }
    #expect(got == lone.node.log.last.index)
    #expect(isCommitted ? 100...250 ~= most : 350...550 ~= most)
    #expect(turns > 5)
  }

  @Test("who lacks what is committed gets twice what the log grows by, and draws level")
  func drawsLevel() throws {
    var lone = try Self.leader {
      $0.appendBytes = 10_000
      $0.turnBytes = 10_000
      $0.turnBytesBehind = 50
    }
    for number in 0..<40 { try lone.finish(try lone.propose("entry \(number)")) }
    try lone.accept(lone.node.log.last, from: n3)
    try lone.step(.peerReset(n2))
    try lone.accept(at(1, 2), from: n2)
    // A turn brings ten entries, and twice as much leaves.
    let texts = (0..<10).map { "entry \($0)" }
    let proposals = texts.enumerated().map {
      Proposal(ticket: UInt64($0.offset) + 1, payload: .command(Bytes($0.element.utf8)))
    }
    let effects = try lone.step(.propose(proposals, LogTime(milliseconds: 5)))
    let sent = effects.everything.compactMap { envelope -> Int? in
      guard envelope.to == n2, case .append(let append) = envelope.message else { return nil }
      return append.entries.count
    }
    #expect(18...22 ~= sent.reduce(0, +), "\(sent)")
    try lone.wait(.milliseconds(1))
    #expect(lone.effects.appends.flatMap(\.entries).count <= 2)
  }

  @Test("what the log grew by is of one turn, also where that ends the leadership")
  func grown() throws {
    var lone = try Self.leader()
    let proposal = Proposal(ticket: 1, payload: .command(Bytes("x".utf8)))
    let later = Envelope(
      from: n2, to: n1, term: Term(9),
      message: .append(Append(previous: at(0, 1), entries: [], commit: .zero)))
    _ = lone.node.step(
      [.propose([proposal], LogTime(milliseconds: 5)), .received(later)], at: lone.now)
    #expect(!lone.node.isLeader && lone.node.grown == 0)
  }

  @Test("one append carries at most its bytes, and always one entry")
  func batches() throws {
    var lone = try Self.leader { $0.appendBytes = 70 }
    let effects = try lone.propose("a", "b", "c", "d", "e")
    #expect(effects.appends.map(\.entries.count) == [2, 2, 1, 2, 2, 1])
    var small = try Self.leader { $0.appendBytes = 1 }
    #expect(try small.propose("a", "b").appends.map(\.entries.count) == [1, 1, 1, 1])
  }

  @Test("what was lost in flight is found out by probing")
  func lost() throws {
    var cluster = Cluster(3)
    let leader = try cluster.elect()
    try cluster.run(for: .milliseconds(100))
    cluster.network.fate = { envelope in
      if case .append = envelope.message { return .lose }
      return .arrive
    }
    for number in 0..<10 { try cluster.propose("x\(number)", at: leader) }
    try cluster.run(for: .milliseconds(100))
    cluster.network.fate = { _ in .arrive }
    try cluster.run(atMost: .milliseconds(600)) { $0.hasConverged($0.ids) }
    #expect(cluster.leader == leader)
  }

  @Test("a connection that broke is probed at once")
  func reset() throws {
    var lone = try Self.leader()
    try lone.propose("x")
    try lone.step(.peerReset(n2))
    #expect(lone.effects.appends.map(\.previous) == [at(1, 2)])
    #expect(lone.effects.appends.map(\.entries.count) == [1])
  }

  @Test("pitfall 14: a refusal that an accepted append has overtaken resets nothing")
  func overtaken() throws {
    var lone = try Self.leader()
    try lone.propose("x", "y")
    try lone.accept(at(1, 4), from: n2)
    try lone.receive(
      .appendReply(.rejected(previous: at(1, 2), hint: at(0, 1))), from: n2, term: 1)
    guard case .leader(let leadership) = lone.node.role, let progress = leadership.progress[n2]
    else { throw Violation("no leader") }
    #expect(progress.match == LogIndex(4))
    guard case .replicating(let pipeline) = progress.flow else {
      throw Violation("\(progress.flow)")
    }
    #expect(pipeline.next == LogIndex(5))
  }
}
