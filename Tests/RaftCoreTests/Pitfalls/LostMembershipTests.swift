import Determinism
import RaftCore
import RaftTypes
import Testing

@Suite("The entries that name the members rot")
struct LostMembershipTests {
  private let genesis = Lone.genesis(3)

  /// A node whose genesis rotted: it does not know who belongs to its cluster.
  private func forgetful() -> RaftNode {
    let recovered = Recovered(
      ballot: Ballot(term: Term(1), vote: nil), incarnation: DiskIncarnation(100), snapshot: nil,
      base: .origin, slots: [.faulty(genesis.position), .entry(Lone.entry(1, 2))])
    return RaftNode(
      id: n1, settings: .lan, recovered: recovered, seed: 1, at: Instant(nanoseconds: 1))
  }

  private func envelope(_ message: Message) -> Envelope {
    Envelope(from: n2, to: n1, term: Term(1), message: message)
  }

  private func questions(_ effects: Effects) -> [Envelope] {
    (effects.messages + effects.afterBallot).filter {
      if case .repairRequest = $0.message { true } else { false }
    }
  }

  @Test("pitfall 50: who knows no member asks whoever asks it, and is a voter again")
  func asksBack() throws {
    var node = forgetful()
    let now = Instant(nanoseconds: 2)
    #expect(node.membership == nil)
    let request = VoteRequest(
      candidacy: Term(2), lastLog: LogPosition(term: Term(1), index: LogIndex(2)),
      isTransfer: false)
    let asked = questions(node.step(.received(envelope(.preVoteRequest(request))), at: now))
    #expect(asked.map(\.to) == [n2])
    #expect(asked.map(\.message) == [.repairRequest(RepairRequest(wanted: [genesis.position]))])
    let reply = RepairReply(entries: [genesis], absent: [])
    let effects = node.step(.received(envelope(.repairReply(reply))), at: now)
    #expect(node.membership?.voters == [n1, n2, n3])
    #expect(effects.logWrites.map(\.change) == [.fill([genesis])])
    try node.checkInvariants()
  }

  @Test("answers are asked nothing, and neither is anybody once the members are known")
  func quiet() {
    var node = forgetful()
    let now = Instant(nanoseconds: 2)
    let beat = Message.heartbeatReply(HeartbeatReply(round: 1, mark: nil, applied: .zero))
    #expect(questions(node.step(.received(envelope(beat)), at: now)).isEmpty)
    let reply = RepairReply(entries: [genesis], absent: [])
    _ = node.step(.received(envelope(.repairReply(reply))), at: now)
    let request = Message.repairRequest(RepairRequest(wanted: []))
    #expect(questions(node.step(.received(envelope(request)), at: now)).isEmpty)
  }
}
