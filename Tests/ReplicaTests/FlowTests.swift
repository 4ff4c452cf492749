import Determinism
import NetworkTypes
import PeerProtocol
import RaftCore
import RaftTypes
import Replica
import Testing
import VirtualIP

@Suite("Connections through the virtual IP")
struct FlowTests {
  private static let address = IPAddress("10.77.0.100") ?? .unspecified(.v4)
  private static let client = IPAddress("10.77.0.200") ?? .unspecified(.v4)

  /// The connection from that port.
  private func flow(_ port: Int) -> Flow {
    Flow(
      local: Self.address, localPort: 7379, remote: Self.client, remotePort: UInt16(port))
  }

  private func flows(_ ports: Range<Int>) -> [Flow] { ports.map(flow) }

  /// The connections whose clients a node was made to tell, piece by piece, every time.
  private func tickled(_ trio: Trio, _ number: Int) -> [[Flow]] {
    trio[number].addressActions.compactMap { action in
      if case .tickle(let flows) = action { flows } else { nil }
    }
  }

  private func updates(_ trio: Trio, since start: Int, to peer: Int) -> [FlowUpdate] {
    trio.sent[start...].compactMap { _, outbound in
      guard case .flows(let update) = outbound.frame, outbound.to == NodeID(UInt64(peer)) else {
        return nil
      }
      return update
    }
  }

  @Test("a successor with the address tells exactly the clients of the holder before, thrice")
  func inheritance() throws {
    var (trio, holder, _) = Trio.led()
    trio.step(holder, .flows(opened: flows(1000..<1010), closed: []))
    trio.step(holder, .flows(opened: [flow(2000)], closed: flows(1000..<1005)))
    trio.pass(.milliseconds(100))
    trio.kill(holder)
    let successor = trio.elect()
    trio.pass(.seconds(2))
    let told = flows(1005..<1010) + [flow(2000)]
    #expect(tickled(trio, successor) == [told, told, told])
    let order = trio[successor].addressActions.compactMap { action in
      switch action {
      case .claim: "claim"
      case .tickle: "tickle"
      case .release: "release"
      case .probe, .renew, .announce: nil as String?
      }
    }
    #expect(order == ["claim", "tickle", "tickle", "tickle"])
    let third = try #require([1, 2, 3].first { $0 != holder && $0 != successor })
    #expect(tickled(trio, third).isEmpty, "it does not hold the address")
  }

  @Test("changes leave together, one update a heartbeat interval; what came and went is not told")
  func batches() {
    var (trio, holder, followers) = Trio.led()
    trio.step(holder, .flows(opened: [flow(1)], closed: []))
    let start = trio.sent.count
    for port in 10..<30 {
      trio.step(holder, .flows(opened: [flow(port)], closed: []))
      if port % 2 == 0 { trio.step(holder, .flows(opened: [], closed: [flow(port)])) }
    }
    trio.pass(.milliseconds(200))
    let told = updates(trio, since: start, to: followers[0])
    #expect(told.map(\.isWhole) == [false])
    #expect(told.first?.opened == stride(from: 11, to: 30, by: 2).map(flow))
    #expect(told.first?.closed == [])
  }

  @Test("a lost update is made good by the next whole one")
  func lostUpdate() {
    var (trio, holder, _) = Trio.led()
    trio.step(holder, .flows(opened: [flow(1)], closed: []))
    trio.turn(holder, [.flows(opened: [flow(2)], closed: [flow(1)])])
    trio.now = trio.now + .milliseconds(60)
    trio.turn(holder, [.timePassed])
    trio.settle { if case .flows = $0 { true } else { false } }
    trio.pass(.milliseconds(2100))
    trio.kill(holder)
    let successor = trio.elect()
    trio.pass(.milliseconds(500))
    #expect(tickled(trio, successor).first == [flow(2)])
  }

  @Test("a peer that connects anew hears of all of them, and quiet ones are not repeated meanwhile")
  func reconnection() {
    var (trio, holder, followers) = Trio.led()
    trio.step(holder, .flows(opened: flows(1..<4), closed: []))
    trio.pass(.milliseconds(2500))
    let start = trio.sent.count
    trio.pass(.seconds(10))
    #expect(updates(trio, since: start, to: followers[0]).isEmpty)
    trio.step(holder, .peerDisk(NodeID(UInt64(followers[0])), DiskIncarnation(1)))
    trio.pass(.milliseconds(60))
    let told = updates(trio, since: start, to: followers[0])
    #expect(told.map(\.isWhole) == [true])
    #expect(told.first?.opened == flows(1..<4))
  }

  @Test("the connections of a later term replace those of an earlier one")
  func laterTerm() throws {
    var (trio, first, _) = Trio.led()
    trio.step(first, .flows(opened: flows(1..<100), closed: []))
    trio.pass(.milliseconds(100))
    trio.kill(first)
    let second = trio.elect()
    trio.pass(.milliseconds(500))
    trio.step(second, .flows(opened: [flow(500)], closed: []))
    trio.start(first)
    trio.pass(.milliseconds(200))
    trio.kill(second)
    let third = trio.elect()
    trio.pass(.milliseconds(500))
    // The one that was away is told by the whole update for the connection it makes.
    #expect(tickled(trio, third).allSatisfy { $0 == [flow(500)] })
    if third != first { #expect(tickled(trio, third).first == [flow(500)]) }
  }

  @Test("a node that takes the address again does not tell its own clients")
  func ownFlows() {
    var (trio, holder, followers) = Trio.led()
    trio.step(holder, .flows(opened: flows(1..<100), closed: []))
    trio.pass(.milliseconds(100))
    let term = trio[holder].replica.core.term
    trio.step(holder, .address(.lost(term, .deleted)))
    trio.pass(.milliseconds(500))
    #expect(trio[holder].replica.holdsAddress)
    #expect(tickled(trio, holder).isEmpty)
    // Its connections ended with its hold: nobody is told of them any more.
    let start = trio.sent.count
    trio.step(holder, .flows(opened: [flow(7)], closed: []))
    #expect(updates(trio, since: start, to: followers[0]).map(\.opened) == [[flow(7)]])
    trio.pass(.milliseconds(100))
    trio.kill(holder)
    let successor = trio.elect()
    trio.pass(.milliseconds(500))
    #expect(tickled(trio, successor).first == [flow(7)])
  }

  @Test("what comes late, twice, or from an earlier term changes nothing")
  func staleUpdates() {
    var (trio, holder, followers) = Trio.led()
    let from = NodeID(UInt64(holder))
    func tell(_ term: UInt64, _ sequence: UInt64, _ isWhole: Bool, _ port: Int) {
      let update = FlowUpdate(
        term: Term(term), sequence: sequence, isWhole: isWhole, opened: [flow(port)])
      for number in followers { trio.step(number, .frame(.flows(update), from: from)) }
    }
    let term = trio[holder].replica.core.term.number
    tell(term, 5, true, 1)
    tell(term, 6, false, 2)
    tell(term, 4, true, 3)
    tell(term, 6, true, 4)
    tell(term - 1, 9, true, 5)
    trio.kill(holder)
    let successor = trio.elect()
    trio.pass(.milliseconds(500))
    #expect(tickled(trio, successor).first == [flow(1), flow(2)])
  }

  @Test("no more are kept than may be, and told in pieces that one message takes")
  func bounds() {
    var (trio, holder, _) = Trio.led()
    let kept = PeerProtocol.Limits.flowsKept
    let most = PeerProtocol.Limits.flows
    trio.step(holder, .flows(opened: flows(1..<kept + 1000), closed: []))
    trio.pass(.milliseconds(100))
    trio.kill(holder)
    let successor = trio.elect()
    trio.pass(.milliseconds(500))
    let pieces = tickled(trio, successor).prefix(kept / most)
    #expect(pieces.map(\.count) == [Int](repeating: most, count: kept / most))
    #expect(pieces.flatMap { $0 } == flows(1..<kept + 1))
  }

  @Test("who loses the address tells its predecessor's clients no more")
  func lossEndsTelling() {
    var (trio, holder, _) = Trio.led()
    trio.step(holder, .flows(opened: [flow(1)], closed: []))
    trio.pass(.milliseconds(100))
    trio.kill(holder)
    let successor = trio.elect()
    trio.pass(.milliseconds(100))
    let told = tickled(trio, successor).count
    #expect(told == 2)
    let term = trio[successor].replica.core.term
    trio.step(successor, .address(.lost(term, .deleted)))
    trio.pass(.seconds(2))
    #expect(trio[successor].replica.holdsAddress)
    #expect(tickled(trio, successor).count == told)
  }

  @Test("who does not hold the address shares nothing")
  func followersAreSilent() {
    var (trio, holder, followers) = Trio.led()
    let start = trio.sent.count
    trio.step(followers[0], .flows(opened: flows(1..<9), closed: []))
    trio.pass(.milliseconds(200))
    #expect(updates(trio, since: start, to: holder).isEmpty)
  }
}
