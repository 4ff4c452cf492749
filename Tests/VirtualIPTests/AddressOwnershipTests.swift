import Determinism
import NetworkTypes
import RaftTypes
import Testing
import VirtualIP

@Suite("The policy of the virtual IP")
struct AddressOwnershipTests {
  private let start = Instant(nanoseconds: 5_000_000_000)
  private let span = TimeSpan.milliseconds(160)
  private let term = Term(3)

  private var fresh: AddressOwnership { AddressOwnership(lease: span, at: start) }

  private func at(_ milliseconds: UInt64) -> Instant { start + .milliseconds(milliseconds) }

  private func claiming() -> AddressOwnership {
    var ownership = fresh
    _ = ownership.step(.mayHold(term, from: start), at: start)
    _ = ownership.step(.leased(term, until: at(160)), at: start)
    return ownership
  }

  private func holding() -> AddressOwnership {
    var ownership = claiming()
    _ = ownership.step(.claimed(term), at: start)
    return ownership
  }

  @Test("a node that may hold the address claims it once, and only under a lease")
  func claim() {
    var ownership = fresh
    #expect(ownership.step(.mayHold(term, from: start), at: start) == nil)
    #expect(
      ownership.step(.leased(term, until: at(160)), at: start) == .claim(term, until: at(160)))
    #expect(ownership.step(.mayHold(term, from: start), at: start) == nil)
    #expect(!ownership.isHolding)
    #expect(ownership.step(.claimed(term), at: start) == nil)
    #expect(ownership.isHolding)
    #expect(ownership.step(.mayHold(term, from: start), at: start) == nil)
  }

  @Test("nothing is released that was neither held nor asked for")
  func idle() {
    var ownership = fresh
    #expect(ownership.step(.mustRelease, at: start) == nil)
    #expect(ownership.step(.refused(term, .busy), at: start) == nil)
    #expect(ownership.step(.leased(term, until: at(160)), at: start) == nil)
    #expect(ownership.state == .idle)
  }

  @Test("what another may still hold is waited for, not an instant less")
  func waits() {
    var ownership = fresh
    _ = ownership.step(.mayHold(term, from: at(70)), at: start)
    #expect(ownership.step(.leased(term, until: at(160)), at: start) == nil)
    #expect(ownership.nextDeadline == at(70))
    #expect(ownership.pass(at: at(69)) == nil)
    #expect(ownership.pass(at: at(70)) == .claim(term, until: at(160)))
    #expect(ownership.nextDeadline == .distantFuture)
  }

  @Test("when the other turns out to have let go, the wait is over")
  func shorterWait() {
    var ownership = fresh
    _ = ownership.step(.mayHold(term, from: at(70)), at: start)
    _ = ownership.step(.leased(term, until: at(160)), at: start)
    #expect(
      ownership.step(.mayHold(term, from: start), at: at(5)) == .claim(term, until: at(160)))
  }

  @Test("a quorum's word is passed on when it is news, and not for every round")
  func renewal() {
    var ownership = holding()
    #expect(ownership.step(.leased(term, until: at(169)), at: at(5)) == nil)
    #expect(
      ownership.step(.leased(term, until: at(170)), at: at(10)) == .renew(term, until: at(170)))
    #expect(ownership.step(.leased(term, until: at(165)), at: at(11)) == nil)
    #expect(ownership.step(.leased(Term(2), until: at(300)), at: at(12)) == nil)
  }

  @Test("a quorum that spoke while the claim was under way is not forgotten")
  func renewalAfterClaim() {
    var ownership = claiming()
    #expect(ownership.step(.leased(term, until: at(200)), at: at(40)) == nil)
    #expect(ownership.step(.claimed(term), at: at(41)) == .renew(term, until: at(200)))
  }

  @Test("a holder that its quorum has left lets go at the lease's end, and asks again under a new")
  func lapse() {
    var ownership = holding()
    #expect(ownership.pass(at: at(80)) == nil)
    #expect(ownership.nextDeadline == at(160))
    #expect(ownership.pass(at: at(159)) == nil)
    #expect(ownership.pass(at: at(160)) == .release)
    #expect(!ownership.isHolding)
    #expect(ownership.pass(at: at(161)) == nil)
    #expect(
      ownership.step(.leased(term, until: at(330)), at: at(170)) == .claim(term, until: at(330)))
  }

  @Test("a claim that waited longer than its lease waits for the next, not for a time that is past")
  func staleLease() {
    var ownership = claiming()
    _ = ownership.step(.refused(term, .busy), at: at(140))
    #expect(ownership.nextDeadline == at(150))
    #expect(ownership.pass(at: at(161)) == nil)
    #expect(ownership.step(.leased(term, until: at(161)), at: at(161)) == nil)
    #expect(ownership.step(.mayHold(term, from: start), at: at(161)) == nil)
    #expect(ownership.nextDeadline == .distantFuture)
    #expect(
      ownership.step(.leased(term, until: at(330)), at: at(170)) == .claim(term, until: at(330)))
  }

  @Test("a claim that is granted after its lease is given back")
  func lateGrant() {
    var ownership = claiming()
    #expect(ownership.step(.claimed(term), at: at(160)) == .release)
    #expect(!ownership.isHolding)
  }

  @Test("pitfall 61: who was away beyond its lease lets go, and claims by no earlier word")
  func frozen() {
    var ownership = holding()
    #expect(ownership.pass(at: at(160)) == .release)
    // An answer to a round that was sent before the freeze.
    #expect(ownership.step(.leased(term, until: at(319)), at: at(160)) == nil)
    #expect(
      ownership.step(.leased(term, until: at(320)), at: at(170)) == .claim(term, until: at(320)))
  }

  @Test("a loop that stood still for less than its lease cuts nobody, and renews by no old word")
  func stall() {
    var ownership = holding()
    _ = ownership.step(.leased(term, until: at(250)), at: at(60))
    #expect(ownership.pass(at: at(60)) == nil)
    #expect(ownership.pass(at: at(220)) == nil)
    #expect(ownership.isHolding)
    #expect(ownership.step(.leased(term, until: at(379)), at: at(221)) == nil)
    #expect(
      ownership.step(.leased(term, until: at(380)), at: at(222)) == .renew(term, until: at(380)))
  }

  @Test("a lease that no word after a stall renewed ends when it always would have")
  func stallWithoutWord() {
    var ownership = holding()
    #expect(ownership.pass(at: at(159)) == nil)
    _ = ownership.step(.leased(term, until: at(300)), at: at(159))
    #expect(ownership.pass(at: at(160)) == .release)
  }

  @Test("who was away while it waited claims by no word from before")
  func waitingStall() {
    var ownership = fresh
    _ = ownership.step(.mayHold(term, from: at(100)), at: start)
    _ = ownership.step(.leased(term, until: at(160)), at: start)
    #expect(ownership.pass(at: at(120)) == nil)
    #expect(ownership.step(.leased(term, until: at(279)), at: at(121)) == nil)
    #expect(
      ownership.step(.leased(term, until: at(280)), at: at(122)) == .claim(term, until: at(280)))
  }

  @Test("a refused claim is repeated after the pause, not before")
  func retry() {
    var ownership = claiming()
    #expect(ownership.step(.refused(term, .busy), at: start) == nil)
    #expect(ownership.nextDeadline == at(10))
    #expect(ownership.pass(at: at(9)) == nil)
    #expect(ownership.pass(at: at(10)) == .claim(term, until: at(160)))
    #expect(ownership.pass(at: at(10)) == nil)
  }

  @Test("a stranger on the address is not fought with: each try waits longer, up to 5 s")
  func backOff() throws {
    let stranger = try #require(HardwareAddress("02:00:00:00:00:09"))
    var ownership = fresh
    var now = start
    var pauses: [UInt64] = []
    _ = ownership.step(.mayHold(term, from: now), at: now)
    for _ in 0..<9 {
      _ = ownership.step(.leased(term, until: now + .seconds(60)), at: now)
      _ = ownership.step(.refused(term, .conflict(stranger)), at: now)
      let next = ownership.nextDeadline
      pauses.append(next.since(now).milliseconds)
      while now < next {
        now = min(next, now + .milliseconds(50))
        let action = ownership.pass(at: now)
        #expect((action == nil) == (now < next))
      }
    }
    #expect(pauses == [100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000])
  }

  @Test("what was taken away is let go of, and asked for again")
  func lost() {
    var ownership = holding()
    #expect(ownership.step(.lost(Term(2), .deleted), at: at(20)) == nil)
    #expect(ownership.step(.lost(term, .deleted), at: at(20)) == .release)
    #expect(!ownership.isHolding)
    #expect(ownership.pass(at: at(30)) == .claim(term, until: at(160)))
  }

  @Test("a claim that is answered after it was given up is released at once")
  func lateAnswer() {
    var ownership = claiming()
    #expect(ownership.step(.mustRelease, at: start) == .release)
    #expect(ownership.step(.claimed(term), at: start) == .release)
    #expect(!ownership.isHolding)
  }

  @Test("nothing is claimed while the answer to a claim that was given up is still to come")
  func oneClaimAtATime() {
    for answer in [AddressEvent.claimed(term), .refused(term, .busy)] {
      var ownership = claiming()
      _ = ownership.step(.mustRelease, at: start)
      #expect(ownership.step(.mayHold(Term(5), from: start), at: start) == nil)
      #expect(ownership.step(.leased(Term(5), until: at(160)), at: start) == nil)
      _ = ownership.step(answer, at: start)
      #expect(ownership.state == .idle)
      _ = ownership.step(.mayHold(Term(5), from: start), at: start)
      #expect(
        ownership.step(.leased(Term(5), until: at(160)), at: start)
          == .claim(Term(5), until: at(160)))
    }
  }

  @Test("an answer to a question that is not open changes nothing")
  func strayAnswer() {
    var ownership = claiming()
    #expect(ownership.step(.claimed(Term(2)), at: start) == nil)
    #expect(ownership.step(.refused(Term(2), .busy), at: start) == nil)
    #expect(ownership.state == .claiming(term))
  }

  @Test("a holder that is told to release does so, and the word of its term counts no more")
  func release() {
    var ownership = holding()
    #expect(ownership.step(.mustRelease, at: start) == .release)
    #expect(ownership.step(.mustRelease, at: start) == nil)
    #expect(ownership.step(.leased(term, until: at(200)), at: at(40)) == nil)
    _ = ownership.step(.mayHold(Term(4), from: start), at: at(40))
    #expect(ownership.state == .wanting(Term(4), from: start))
    #expect(ownership.nextDeadline == .distantFuture)
  }
}
