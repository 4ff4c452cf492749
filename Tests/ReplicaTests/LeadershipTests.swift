import ClientProtocol
import Determinism
import KeyValueStore
import PeerProtocol
import RaftCore
import RaftTypes
import Replica
import Testing
import VirtualIP

@Suite("Leadership, the address, and the way out")
struct LeadershipTests {
  @Test("pitfall 63: the address is claimed only once the term's first entry is applied")
  func claim() {
    var trio = Trio()
    let number = trio.elect()
    #expect(trio[number].addressActions.map(\.term) == [trio[number].replica.core.term])
    guard case .leader(let leadership) = trio[number].replica.core.role else {
      Issue.record("nobody leads")
      return
    }
    #expect(trio[number].replica.store.appliedIndex >= leadership.termStart)
  }

  @Test("pitfall 63: a leader whose first entry does not commit claims nothing")
  func noClaimBeforeCommit() {
    var trio = Trio()
    var leading = 0
    for _ in 0..<400 where leading < 20 {
      trio.now = trio.now + .milliseconds(5)
      for number in 1...3 { trio.turn(number, [.timePassed]) }
      // Everything arrives but appends: no entry of the term is ever acknowledged.
      trio.settle { frame in
        if case .raft(let envelope) = frame, case .append = envelope.message { true } else { false }
      }
      leading += trio.leader == nil ? 0 : 1
    }
    #expect(leading == 20)
    #expect((1...3).allSatisfy { trio[$0].addressActions.isEmpty })
  }

  @Test("a leader that steps down releases the address before anything else leaves it")
  func release() {
    var (trio, leader, _) = Trio.led()
    #expect(trio[leader].replica.holdsAddress)
    let peer = NodeID(UInt64(leader % 3 + 1))
    let reply = Envelope(
      from: peer, to: NodeID(UInt64(leader)), term: Term(99),
      message: .heartbeatReply(HeartbeatReply(round: 1, mark: nil, applied: .zero)))
    let effects = trio.turn(leader, [.frame(.raft(reply), from: peer)])
    #expect(effects.address == [.release])
    #expect(!trio[leader].replica.holdsAddress)
  }

  @Test("a leader that nobody answers gives the address up by itself")
  func silence() {
    var (trio, leader, _) = Trio.led()
    trio.isolate(leader)
    trio.pass(.milliseconds(800))
    #expect(!trio[leader].replica.holdsAddress)
    #expect(trio[leader].addressActions.last == .release)
  }

  @Test("pitfall 62: the death of a follower does not move the address")
  func followerDies() {
    for victim in 0...1 {
      var (trio, leader, followers) = Trio.led()
      trio.kill(followers[victim])
      trio.pass(.seconds(3))
      #expect(trio[leader].addressActions.count == 1)
      #expect(trio[leader].replica.holdsAddress)
    }
  }

  @Test("pitfall 44: a transfer moves leadership and the address, and loses no write")
  func transfer() throws {
    var (trio, leader, followers) = Trio.led()
    let target = NodeID(UInt64(followers[0]))
    let tag = trio.send(leader, .transferLeadership(to: target))
    let writes = (0..<5).map { trio.send(leader, .put("a", "\($0)")) }
    trio.settle()
    trio.pass(.seconds(2))
    guard case .transferred(target)? = trio.reply(leader, tag)?.body else {
      Issue.record("no transfer: \(String(describing: trio.reply(leader, tag)))")
      return
    }
    #expect(trio.leader == followers[0])
    #expect(trio[followers[0]].replica.holdsAddress && !trio[leader].replica.holdsAddress)
    for write in writes { #expect(trio.isWritten(leader, write)) }
  }

  @Test("pitfall 44: a transfer to a dead node fails in time, and the leader goes on")
  func deadTarget() {
    var (trio, leader, followers) = Trio.led()
    trio.kill(followers[0])
    _ = trio.call(leader, .put("a", "1"))
    let tag = trio.call(leader, .transferLeadership(to: NodeID(UInt64(followers[0]))))
    trio.pass(.seconds(2))
    #expect(trio.error(leader, tag)?.code == .transferFailed)
    let done = trio.call(leader, .put("a", "2"))
    #expect(trio.isWritten(leader, done))
    #expect(trio[leader].replica.holdsAddress)
  }

  @Test("a leader whose transfer nobody answers, and who is elected again, takes the address again")
  func unanswered() throws {
    var (trio, leader, followers) = Trio.led()
    let target = NodeID(UInt64(followers[0]))
    let term = trio[leader].replica.core.term
    _ = trio.send(leader, .transferLeadership(to: target))
    // The order to start an election is lost, and its receiver with it.
    trio.loseInFlight()
    trio.kill(followers[0])
    trio.pass(.seconds(6))
    #expect(trio.leader != nil && trio[leader].replica.core.term > term)
    let now = try #require(trio.leader)
    #expect(trio[now].replica.holdsAddress)
  }

  @Test("a transfer to no member is refused; one to the leader itself is done")
  func oddTargets() {
    var (trio, leader, _) = Trio.led()
    let stranger = trio.call(leader, .transferLeadership(to: NodeID(9)))
    #expect(trio.error(leader, stranger)?.code == .badRequest)
    let own = trio.call(leader, .transferLeadership(to: NodeID(UInt64(leader))))
    #expect(trio.error(leader, own) == nil && trio.reply(leader, own) != nil)
  }

  @Test("a leader that stops hands over first, answers everybody, and refuses what is new")
  func stop() throws {
    var (trio, leader, followers) = Trio.led()
    trio.turn(leader, [.stop])
    let late = trio.send(leader, .put("a", "1"))
    #expect(trio.error(leader, late)?.code == .stopping)
    trio.settle()
    trio.pass(.seconds(1))
    #expect(trio[leader].hasStopped)
    let successor = try #require(trio.leader)
    #expect(followers.contains(successor))
    let done2 = trio.call(successor, .put("a", "2"))
    #expect(trio.isWritten(successor, done2))
  }

  @Test("a stopping leader without a successor ends in time; its writes are unknown")
  func stopAlone() {
    var (trio, leader, _) = Trio.led()
    trio.isolate(leader)
    let write = trio.call(leader, .put("a", "1"), timeout: 60_000)
    trio.step(leader, .stop)
    trio.pass(.milliseconds(1500))
    #expect(trio[leader].hasStopped)
    #expect(trio.error(leader, write)?.outcome == .unknown)
  }

  @Test("a follower stops at once")
  func followerStops() {
    var (trio, _, followers) = Trio.led()
    let queued = trio.send(followers[0], .put("a", "1"))
    trio.loseInFlight()
    trio.step(followers[0], .stop)
    #expect(trio[followers[0]].hasStopped)
    #expect(trio.error(followers[0], queued)?.outcome == .unknown)
  }
}

@Suite("What waits for the ballot")
struct HeldFramesTests {
  private func votes(_ effects: ReplicaEffects) -> Int {
    effects.frames.filter { outbound in
      guard case .raft(let envelope) = outbound.frame else { return false }
      if case .voteReply = envelope.message { return true } else { return false }
    }.count
  }

  private func request(_ candidate: UInt64, _ term: UInt64) -> ReplicaInput {
    let vote = VoteRequest(
      candidacy: Term(term), lastLog: LogPosition(term: Term(term), index: LogIndex(99)),
      isTransfer: true)
    let envelope = Envelope(
      from: NodeID(candidate), to: NodeID(1), term: Term(term), message: .voteRequest(vote))
    return .frame(.raft(envelope), from: NodeID(candidate))
  }

  private func ballots(_ effects: ReplicaEffects) -> [Ballot] {
    effects.storage.compactMap { if case .ballot(let ballot) = $0 { ballot } else { nil } }
  }

  @Test("pitfall 2: a vote leaves only when the disk has it")
  func vote() throws {
    var trio = Trio()
    trio.pass(.milliseconds(5))
    trio.now = trio.now + .milliseconds(310)
    let asked = trio.turn(1, [request(2, 5)])
    #expect(votes(asked) == 0)
    let ballot = try #require(ballots(asked).first)
    #expect(ballot == Ballot(term: Term(5), vote: NodeID(2)))
    #expect(votes(trio.turn(1, [.ballotSaved(ballot)])) == 1)
  }

  @Test("with two ballots under way nothing leaves before the second is saved")
  func twoBallots() throws {
    var trio = Trio()
    trio.pass(.milliseconds(5))
    trio.now = trio.now + .milliseconds(310)
    let first = try #require(ballots(trio.turn(1, [request(2, 5)])).first)
    let second = try #require(ballots(trio.turn(1, [request(3, 6)])).first)
    #expect(votes(trio.turn(1, [.ballotSaved(first)])) == 0)
    #expect(votes(trio.turn(1, [.ballotSaved(second)])) == 2)
  }

  @Test("a message that names another sender than its connection is not believed")
  func impostor() {
    var trio = Trio()
    let envelope = Envelope(
      from: NodeID(3), to: NodeID(1), term: Term(50),
      message: .heartbeat(Heartbeat(round: 1, commit: .zero)))
    trio.turn(1, [.frame(.raft(envelope), from: NodeID(2))])
    #expect(trio[1].replica.core.term == .zero)
  }
}

extension AddressAction {
  /// The term of a claim.
  fileprivate var term: Term? { if case .claim(let term, _) = self { term } else { nil } }
}
