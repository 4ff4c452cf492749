import ClientProtocol
import Determinism
import RaftTypes
import Testing

@testable import kvctl

@Suite("The history of the address")
struct AddressHistoryTests {
  private func claim(
    _ term: UInt64, _ node: UInt64, at claimed: UInt64, held: UInt64? = nil,
    released: UInt64? = nil
  ) -> AddressLedger.Entry {
    AddressLedger.Entry(
      term: Term(term), claim: AddressClaim(node: NodeID(node), tier: .gate, linger: .zero),
      claimedAt: LogTime(milliseconds: claimed), heldAt: held.map { LogTime(milliseconds: $0) },
      releasedAt: released.map { LogTime(milliseconds: $0) })
  }

  @Test("a holder that gave it up, one that fell silent, one that never took it, one that holds it")
  func endings() {
    let history = AddressHistory([
      claim(1, 1, at: 100, held: 110, released: 500), claim(2, 2, at: 505, held: 520),
      claim(3, 3, at: 900), claim(4, 1, at: 950, held: 1000),
    ])
    #expect(history.rows.map(\.ending) == [.released, .silent, .neverHeld, .holds])
    #expect(history.rows.map(\.gap) == [nil, 20, nil, 100])
    #expect(history.rows.map { $0.until?.milliseconds } == [500, 900, 950, nil])
  }

  @Test("a successor whose clock is behind leaves no gap, and no time goes backwards")
  func clocks() {
    let history = AddressHistory([
      claim(1, 1, at: 100, held: 110, released: 500), claim(2, 2, at: 400, held: 450),
    ])
    #expect(history.rows[1].gap == 0)
    #expect(history.lines.count == 3)
  }

  @Test("nobody ever claimed it: the heading alone")
  func none() {
    #expect(AddressHistory([]).lines.count == 1)
  }
}
