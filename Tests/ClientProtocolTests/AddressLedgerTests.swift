import ClientProtocol
import Determinism
import RaftTypes
import Testing

@Suite("Who may still answer for the virtual IP")
struct AddressLedgerTests {
  private let gate = TimeSpan.milliseconds(294)
  private let lifetime = TimeSpan.milliseconds(3594)

  private func ledger(
    _ claims: (term: UInt64, node: UInt64, linger: TimeSpan, deeds: [AddressDeed])...
  ) -> AddressLedger {
    var ledger = AddressLedger()
    for (term, node, linger, deeds) in claims {
      let claim = AddressClaim(node: NodeID(node), tier: .gate, linger: linger)
      ledger.claim(claim, in: Term(term), at: LogTime(milliseconds: term))
      for deed in deeds { ledger.note(deed, in: Term(term), at: LogTime(milliseconds: term)) }
    }
    return ledger
  }

  private func linger(
    _ ledger: AddressLedger, _ node: UInt64 = 9, released: AddressRelease? = nil
  ) -> TimeSpan {
    ledger.linger(before: Term(100), for: NodeID(node), released: released)
  }

  @Test("where nobody claimed it there is nothing to wait for")
  func empty() { #expect(linger(AddressLedger()) == .zero) }

  @Test("the newest claim counts, whether it is known to have been held or not")
  func newest() {
    #expect(linger(ledger((1, 1, gate, []))) == gate)
    #expect(linger(ledger((1, 1, gate, [.held]))) == gate)
  }

  @Test("what was released has no more time")
  func released() {
    #expect(linger(ledger((1, 1, lifetime, [.held]), (2, 2, gate, [.held, .released]))) == .zero)
  }

  @Test("pitfall 70: who never held says nothing about the holder before it")
  func neverHeld() {
    let old = ledger((1, 1, lifetime, [.held]), (2, 2, gate, []))
    #expect(linger(old) == lifetime)
    // Even when the guard of the later claimant speaks for an earlier hold of its own.
    let stale = AddressRelease(term: Term(2), by: NodeID(1))
    #expect(linger(old, released: stale) == lifetime)
  }

  @Test("a hold that is known to be taken vouches for the end of all before it")
  func vouches() {
    #expect(linger(ledger((1, 1, lifetime, [.held]), (2, 2, gate, [.held]))) == gate)
  }

  @Test("a guard's last will ends exactly the claim that it names")
  func lastWill() {
    let holder = ledger((1, 1, lifetime, [.held]), (4, 2, gate, [.held]))
    #expect(linger(holder, released: AddressRelease(term: Term(4), by: NodeID(2))) == .zero)
    #expect(linger(holder, released: AddressRelease(term: Term(1), by: NodeID(1))) == gate)
    #expect(linger(holder, released: AddressRelease(term: Term(4), by: NodeID(1))) == gate)
  }

  @Test("a node's own earlier claim holds it up no longer than those before it")
  func own() {
    #expect(linger(ledger((1, 1, gate, [.held]), (2, 9, lifetime, []))) == gate)
    #expect(linger(ledger((1, 1, gate, [.held]), (2, 9, lifetime, [.held]))) == .zero)
  }

  @Test("a later claim does not count for an earlier term")
  func laterTerms() {
    let both = ledger((1, 1, gate, [.held]), (7, 2, lifetime, [.held]))
    #expect(both.linger(before: Term(7), for: NodeID(2)) == gate)
  }

  @Test("of sixty-five claims that were never held, the first one still counts")
  func bounded() {
    var ledger = ledger((1, 1, lifetime, [.held]))
    for term in UInt64(2)...66 {
      ledger.claim(
        AddressClaim(node: NodeID(2), tier: .gate, linger: gate), in: Term(term), at: .zero)
    }
    #expect(ledger.entries.count == 64)
    #expect(linger(ledger) == lifetime)
    ledger.note(.held, in: Term(66), at: .zero)
    #expect(linger(ledger) == gate)
  }

  @Test("claims and deeds are read as they were written, and anything else is refused")
  func codec() throws {
    for tier in AddressTier.allCases {
      let claim = AddressClaim(node: NodeID(3), tier: tier, linger: lifetime)
      #expect(try AddressClaim(decoding: claim.encoded()[...]) == claim)
    }
    for deed in [AddressDeed.held, .released] {
      #expect(try AddressDeed(decoding: deed.encoded()[...]) == deed)
    }
    let endless = AddressClaim(node: NodeID(3), tier: .gate, linger: .seconds(3600)).encoded()
    #expect(throws: (any Error).self) { try AddressClaim(decoding: endless[...]) }
    #expect(throws: (any Error).self) { try AddressDeed(decoding: [1, 3]) }
  }
}
