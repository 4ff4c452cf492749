import Determinism
import Glibc
import RaftTypes
import Testing

@testable import LiveCluster

@Suite("Damage at rest")
struct DiskDamageTests {
  @Test("bits flip only where a file holds something, each in another sector")
  func flips() throws {
    try withFile(content: 10_000, zeros: 90_000) { file in
      let before = TextFile.bytes(of: file)
      var dice = Dice(seed: 3)
      let places = try DiskDamage.flip(file, bits: 8, &dice)
      let after = TextFile.bytes(of: file)
      let changed = before.indices.filter { before[$0] != after[$0] }
      #expect(changed == places.sorted() && !places.isEmpty)
      #expect(changed.allSatisfy { $0 < 10_000 })
      #expect(changed.allSatisfy { (before[$0] ^ after[$0]).nonzeroBitCount == 1 })
      #expect(Set(changed.map { $0 / 4096 }).count == changed.count)
    }
  }

  @Test("a file of zeros holds nothing to damage")
  func zeros() throws {
    try withFile(content: 0, zeros: 5000) { file in
      var dice = Dice(seed: 1)
      #expect(try DiskDamage.usedBytes(file) == 0)
      let places = try DiskDamage.flip(file, bits: 3, &dice)
      #expect(places.isEmpty)
      let length = try DiskDamage.truncate(file, &dice)
      #expect(length == nil)
    }
  }

  @Test("a truncated file ends within what it held")
  func truncation() throws {
    try withFile(content: 3000, zeros: 3000) { file in
      var dice = Dice(seed: 2)
      let end = try DiskDamage.truncate(file, &dice)
      let length = try #require(end)
      #expect(length < 3000 && TextFile.bytes(of: file).count == length)
    }
  }

  @Test("of every entry that anybody has, rot in all nodes leaves one copy")
  func helix() {
    let holdings = [
      NodeID(1): RotPlan.Holdings(first: 400, last: 900),
      NodeID(2): RotPlan.Holdings(first: 1, last: 900),
      NodeID(3): RotPlan.Holdings(first: 1, last: 870),
    ]
    let plan = RotPlan(helixOver: holdings)
    var kept: Set<NodeID> = []
    for index in UInt64(1)...900 {
      let sound = holdings.filter { $0.value.hasEntry(index) && !plan.mayRot(index, of: $0.key) }
      #expect(sound.count == 1, "entry \(index)")
      kept.formUnion(sound.keys)
    }
    #expect(kept.count == 3)
  }

  @Test("of a minority everything may rot, of the others nothing")
  func minority() {
    let plan = RotPlan([:], victims: [NodeID(2)])
    #expect(plan.mayRot(5, of: NodeID(2)) && plan.mayRotSlice(0, of: NodeID(2)))
    #expect(!plan.mayRot(5, of: NodeID(1)) && !plan.mayRotSlice(0, of: NodeID(3)))
  }

  @Test("a snapshot that a node does not have cannot rot there")
  func noSnapshot() {
    let plan = RotPlan(helixOver: [NodeID(1): RotPlan.Holdings(first: 1, last: 2)])
    #expect(!plan.mayRotSlice(0, of: NodeID(1)))
  }

  private func withFile(content: Int, zeros: Int, _ body: (String) throws -> Void) throws {
    var template = Array("/tmp/qlive-damage-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    try #require(descriptor >= 0)
    close(descriptor)
    let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    defer { unlink(path) }
    let bytes = Array(repeating: UInt8(7), count: content) + Array(repeating: 0, count: zeros)
    try TextFile.write(bytes, to: path)
    try body(path)
  }
}
