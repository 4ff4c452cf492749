import Determinism
import RaftTypes
import Testing

@testable import SimulatedWorld

@Suite("Whom a node heard")
struct HearingTests {
  private static let voters = [NodeID(1), NodeID(2), NodeID(3)]

  private func at(_ seconds: UInt64) -> Instant { Instant(nanoseconds: seconds * 1_000_000_000) }

  private func leading() -> Hearing {
    var hearing = Hearing()
    hearing.leads(Term(1), of: 3, at: at(1))
    for round in 1...3 as ClosedRange<UInt64> { hearing.asked(round, at: at(10 + round)) }
    return hearing
  }

  @Test("a round proves something once a majority has answered it or a later one")
  func proof() {
    var hearing = leading()
    #expect(hearing.newestProof(by: Self.voters, for: NodeID(1)) == at(0))
    hearing.answered(1, round: 2)
    #expect(hearing.newestProof(by: Self.voters, for: NodeID(1)) == at(12))
    hearing.answered(2, round: 3)
    #expect(hearing.newestProof(by: Self.voters, for: NodeID(1)) == at(13))
    hearing.answered(2, round: 1)
    #expect(hearing.newestProof(by: Self.voters, for: NodeID(1)) == at(13))
  }

  @Test("a leader that is no voter needs a majority of others")
  func outside() {
    var hearing = leading()
    hearing.answered(1, round: 3)
    #expect(hearing.newestProof(by: [NodeID(2), NodeID(3)], for: NodeID(1)) == at(0))
    hearing.answered(2, round: 2)
    #expect(hearing.newestProof(by: [NodeID(2), NodeID(3)], for: NodeID(1)) == at(12))
  }

  @Test("one voter alone needs nobody's proof")
  func alone() { #expect(leading().newestProof(by: [NodeID(1)], for: NodeID(1)) == nil) }

  @Test("what a leader said is remembered though its term is over")
  func spoken() {
    var hearing = leading()
    hearing.leaderSpoke(in: Term(2), at: at(20))
    hearing.leaderIsOver()
    #expect(hearing.followed == nil)
    #expect(hearing.spoken?.term == Term(2) && hearing.spoken?.at == at(20))
  }

  @Test("another term begins without answers")
  func anew() {
    var hearing = leading()
    hearing.answered(1, round: 3)
    hearing.leads(Term(2), of: 3, at: at(20))
    #expect(hearing.newestProof(by: Self.voters, for: NodeID(1)) == at(0))
    #expect(hearing.majorityHeard(of: Self.voters, by: NodeID(1)) == at(20))
  }
}
