import Determinism
import RaftTypes
import Testing
import VirtualIP

@Suite("The policy of the virtual IP")
struct AddressOwnershipTests {
  private let now = Instant(nanoseconds: 5_000_000)

  private func claiming(_ term: UInt64 = 3) -> AddressOwnership {
    var ownership = AddressOwnership()
    _ = ownership.step(.mayHold(Term(term)), at: now)
    return ownership
  }

  @Test("a node that may hold the address claims it once")
  func claim() {
    var ownership = AddressOwnership()
    #expect(ownership.step(.mayHold(Term(3)), at: now) == .claim(Term(3)))
    #expect(ownership.step(.mayHold(Term(3)), at: now) == nil)
    #expect(!ownership.isHolding)
    #expect(ownership.step(.claimed(Term(3)), at: now) == nil)
    #expect(ownership.isHolding)
    #expect(ownership.step(.mayHold(Term(3)), at: now) == nil)
  }

  @Test("nothing is released that was neither held nor asked for")
  func idle() {
    var ownership = AddressOwnership()
    #expect(ownership.step(.mustRelease, at: now) == nil)
    #expect(ownership.step(.refused(Term(3)), at: now) == nil)
    #expect(ownership.state == .idle)
  }

  @Test("a refused claim is repeated after the pause, not before")
  func retry() {
    var ownership = claiming()
    #expect(ownership.step(.refused(Term(3)), at: now) == nil)
    let due = now + .milliseconds(10)
    #expect(ownership.nextDeadline == due)
    #expect(ownership.pass(at: now + .milliseconds(9)) == nil)
    #expect(ownership.pass(at: due) == .claim(Term(3)))
    #expect(ownership.pass(at: due) == nil)
    #expect(ownership.nextDeadline == .distantFuture)
  }

  @Test("a claim that is answered after it was given up is released at once")
  func lateAnswer() {
    var ownership = claiming()
    #expect(ownership.step(.mustRelease, at: now) == .release)
    #expect(ownership.step(.claimed(Term(3)), at: now) == .release)
    #expect(!ownership.isHolding)
  }

  @Test("nothing is claimed while the answer to a claim that was given up is still to come")
  func oneClaimAtATime() {
    for answer in [AddressEvent.claimed(Term(3)), .refused(Term(3))] {
      var ownership = claiming(3)
      _ = ownership.step(.mustRelease, at: now)
      #expect(ownership.step(.mayHold(Term(5)), at: now) == nil)
      _ = ownership.step(answer, at: now)
      #expect(ownership.state == .idle)
      #expect(ownership.step(.mayHold(Term(5)), at: now) == .claim(Term(5)))
    }
  }

  @Test("an answer to a question that is not open changes nothing")
  func strayAnswer() {
    var ownership = claiming(5)
    #expect(ownership.step(.claimed(Term(3)), at: now) == nil)
    #expect(ownership.step(.refused(Term(3)), at: now) == nil)
    #expect(ownership.state == .claiming(Term(5)))
  }

  @Test("a holder that is told to release does so, and claims again only when it may")
  func release() {
    var ownership = claiming()
    _ = ownership.step(.claimed(Term(3)), at: now)
    #expect(ownership.step(.mustRelease, at: now) == .release)
    #expect(ownership.step(.mustRelease, at: now) == nil)
    #expect(ownership.pass(at: now + .seconds(9)) == nil)
    #expect(ownership.step(.mayHold(Term(4)), at: now) == .claim(Term(4)))
  }
}
