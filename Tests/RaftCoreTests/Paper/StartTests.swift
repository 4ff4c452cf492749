import Determinism
import RaftTypes
import Testing

@testable import RaftCore

@Suite("§5.2 The first election after a start")
struct StartTests {
  private let began = Instant(nanoseconds: 1_000_000_000)

  /// A node that needed `reading` before it stood there.
  private func node(_ id: NodeID = n1, reading: TimeSpan) -> (RaftNode, Instant) {
    let now = began + reading
    let recovered = Recovered(
      ballot: .blank, incarnation: Cluster.member(id.number).incarnation, snapshot: nil,
      base: .origin, slots: [.entry(Lone.genesis(3))])
    return (
      RaftNode(id: id, settings: .lan, recovered: recovered, seed: 1, at: now, since: began), now
    )
  }

  private func preVote(from peer: NodeID, to id: NodeID) -> Input {
    let request = VoteRequest(candidacy: Term(1), lastLog: at(0, 1), isTransfer: false)
    return .received(
      Envelope(from: peer, to: id, term: .zero, message: .preVoteRequest(request)))
  }

  @Test("who has read its disk for longer than any patience asks at once, and soon again")
  func atOnce() {
    var (node, now) = node(reading: .seconds(2))
    #expect(node.step(.timePassed, at: now).preVoteRequests.count == 2)
    now = node.nextDeadline
    #expect(now.since(began + .seconds(2)) < .milliseconds(20))
    #expect(node.step(.timePassed, at: now).preVoteRequests.count == 2)
  }

  @Test("nobody hears of it for long: after an election timeout its patience is everybody's")
  func notForEver() {
    var (node, now) = node(reading: .seconds(2))
    while now < began + .milliseconds(2300) {
      _ = node.step(.timePassed, at: now)
      now = max(node.nextDeadline, now + .microseconds(1))
    }
    _ = node.step(.timePassed, at: now)
    #expect(node.nextDeadline >= now + Settings.lan.electionLeast)
  }

  @Test("a life that just began neither asks nor votes within the shortest election timeout")
  func silence() {
    for reading in [TimeSpan.zero, .milliseconds(100), .milliseconds(299)] {
      var (node, now) = node(reading: reading)
      #expect(node.nextDeadline >= began + Settings.lan.electionLeast)
      let answer = node.step(preVote(from: n2, to: n1), at: now)
      #expect(answer.preVoteReplies.map(\.granted) == [false])
      now = began + Settings.lan.electionLeast
      let later = node.step(preVote(from: n2, to: n1), at: now)
      #expect(later.preVoteReplies.map(\.granted) == [true])
    }
  }

  @Test("of two that ask each other in one moment the lower id goes on")
  func yields() {
    for (id, peer, goesOn) in [(n1, n2, true), (n2, n1, false)] {
      var (node, now) = node(id, reading: .seconds(2))
      _ = node.step(.timePassed, at: now)
      now = now + .milliseconds(1)
      let effects = node.step(preVote(from: peer, to: id), at: now)
      #expect(effects.preVoteReplies.map(\.granted) == [true])
      let yes = Envelope(
        from: peer, to: id, term: .zero, message: .preVoteReply(.yes(Term(1))))
      _ = node.step(.received(yes), at: now)
      #expect((node.ballot.vote == id) == goesOn)
    }
  }
}
