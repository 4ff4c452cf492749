import Faults
import RaftTypes
import Testing

@testable import LiveCluster

@Suite("Troubles of a network")
struct NetworkTests {
  private let path = Path(from: NodeID(1), to: NodeID(2))

  @Test("faults that overlap on a path add up, and each takes only its own away")
  func overlap() {
    var table = TroubleTable()
    let cut = table.begin(.making { $0.isCut = true }, on: [path])
    let slow = table.begin(.making { $0.delay = 10 }, on: [path])
    _ = table.begin(.making { $0.delay = 5 }, on: [path])
    #expect(table.trouble(on: path).isCut && table.trouble(on: path).delay == 15)
    #expect(table.end(cut) == [path])
    #expect(!table.trouble(on: path).isCut)
    _ = table.end(slow)
    #expect(table.trouble(on: path) == .making { $0.delay = 5 })
    #expect(table.trouble(on: Path(from: NodeID(2), to: NodeID(1))) == .none)
  }

  @Test("packet rules drop what comes from a cut node, and only from there")
  func rules() {
    let script = PacketRules.script([
      (NodeID(2), "198.18.0.2", .making { $0.isCut = true }), (NodeID(3), "198.18.0.3", .none),
    ])
    #expect(script.contains("ip saddr 198.18.0.2 counter name cut2 drop"))
    #expect(!script.contains("ip saddr 198.18.0.3"))
  }

  @Test("the counters of nft are read")
  func counters() {
    let listing = """
      table inet qlive {
      \tcounter cut2 {
      \t\tpackets 12 bytes 720
      \t}
      \tcounter loss2 {
      \t\tpackets 0 bytes 0
      \t}
      }
      """
    #expect(PacketRules.packets(listing) == ["cut2": 12, "loss2": 0])
  }

  @Test("a node belongs to one fault at a time, and a majority of disks stays whole")
  func claims() {
    let claims = NodeClaims(mostDamaged: 1)
    #expect(claims.claim([NodeID(1), NodeID(2)]))
    #expect(!claims.claim([NodeID(2), NodeID(3)]))
    #expect(claims.claim([NodeID(3)]))
    claims.release([NodeID(1), NodeID(2)])
    #expect(claims.claim([NodeID(2)]))
    #expect(claims.damage(NodeID(1)) && claims.damage(NodeID(1)))
    #expect(!claims.damage(NodeID(2)))
    claims.repaired(NodeID(1))
    #expect(claims.damage(NodeID(2)))
  }

  @Test("the second of the day is read from a Date header")
  func date() {
    #expect(ServerDate.secondOfDay("sun, 06 nov 1994 08:49:37 gmt") == 31_777)
    #expect(ServerDate.secondOfDay("never") == nil)
  }
}
