import ClientProtocol
import Determinism
import KeyValueStore
import PeerProtocol
import RaftCore
import RaftTypes
import Replica
import Testing
import VirtualIP

@Suite("How long a new leader waits for the address")
struct SuccessionTests {
  private static func gated(_ settings: inout ReplicaSettings) {
    settings.addressTerms = AddressTerms(.gate, electionLeast: settings.consensus.electionLeast)
  }

  /// A leader behind a gate, killed, with its followers told so.
  private func orphaned(will: Bool) throws -> (Trio, old: Int, next: Int) {
    var trio = Trio(Self.gated)
    let old = trio.elect()
    let term = trio[old].replica.core.term
    trio.pass(.seconds(1))
    trio.kill(old)
    for number in 1...3 where number != old {
      let peer = NodeID(UInt64(old))
      trio.step(number, .linkLost(peer, .init(direction: .incoming, reset: true, unsent: [])))
      if will { trio.step(number, .frame(.addressReleased(term), from: peer)) }
    }
    trio.pass(.milliseconds(50))
    return (trio, old, try #require(trio.leader))
  }

  @Test("elected early, it waits until the dead one's lease must be over")
  func waits() throws {
    var (trio, _, next) = try orphaned(will: false)
    #expect(!trio[next].replica.holdsAddress)
    trio.pass(.milliseconds(150))
    #expect(!trio[next].replica.holdsAddress)
    trio.pass(.milliseconds(150))
    #expect(trio[next].replica.holdsAddress)
  }

  @Test("the segment is asked before the term's first entry is committed, and once")
  func probes() throws {
    var trio = Trio(Self.gated)
    let leader = trio.elect()
    trio.pass(.seconds(1))
    let actions = trio[leader].addressActions
    #expect(actions.first == .probe && actions.filter { $0 == .probe }.count == 1)
    #expect(actions.count == 2, "probe and claim")
  }

  @Test("with the word of the dead one's guard it waits for nothing")
  func lastWill() throws {
    let (trio, _, next) = try orphaned(will: true)
    #expect(trio[next].replica.holdsAddress)
  }

  @Test("a claim still open at a hand-over is waited for: what carries it out may be late")
  func openClaim() throws {
    var trio = Trio(Self.gated)
    let old = trio.elect()
    trio.pass(.seconds(1))
    // It held the address in this term, lost it, and asks again.
    trio.grantsClaims = false
    trio.step(old, .address(.lost(trio[old].replica.core.term, .deleted)))
    trio.pass(.milliseconds(50))
    trio.step(old, .stop)
    trio.pass(.milliseconds(50))
    let next = try #require(trio.leader)
    let claims = { (trio: Trio) in
      trio[next].addressActions.contains { if case .claim = $0 { true } else { false } }
    }
    #expect(next != old && !claims(trio))
    trio.pass(.milliseconds(400))
    #expect(claims(trio))
  }

  @Test("after a hand-over it waits for nothing: the log says that the hold is over")
  func handOver() throws {
    var trio = Trio(Self.gated)
    let old = trio.elect()
    trio.pass(.seconds(1))
    trio.step(old, .stop)
    trio.pass(.milliseconds(50))
    let next = try #require(trio.leader)
    #expect(next != old && trio[next].replica.holdsAddress)
    let claims = trio[next].replica.store.addresses.entries
    #expect(claims.first?.releasedAt != nil)
  }
}
