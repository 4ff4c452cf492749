import Determinism
import Testing

@testable import KeyValueStore

@Suite("A tree built from records in order")
struct TreeBuilderTests {
  private func record(_ number: Int, _ revision: UInt64) -> Record {
    Array("prefix/\(10_000_000 + number)".utf8).withUnsafeBytes {
      Record.make(
        key: $0, value: UnsafeRawBufferPointer(start: nil, count: 0), createRevision: 1,
        modRevision: revision, version: 1, lease: 0)
    }
  }

  // Around what fills a leaf, a branch and two levels of branches.
  @Test(
    "it holds them all and keeps every invariant",
    arguments: [0, 1, 63, 64, 65, 128, 4095, 4096, 4097, 8192, 270_000])
  func invariants(count: Int) {
    var builder = TreeBuilder()
    for number in 0..<count { builder.append(record(number, 2)) }
    #expect(builder.count == count)
    let tree = builder.finish()
    #expect(tree.checkInvariants() && tree.count == count)
    let last = record(count - 1, 2)
    #expect((tree.find(Position(last.key)) == nil) == (count == 0))
  }

  @Test("insertions and removals go on in it, and a copy does not notice")
  func goesOn() {
    var builder = TreeBuilder()
    for number in 0..<5000 { builder.append(record(number * 2, 2)) }
    var tree = builder.finish()
    let copy = tree
    var dice = Dice(seed: 3)
    for _ in 0..<20_000 {
      let record = record(Int(dice.below(10_000)), 3)
      if dice.below(2) == 0 {
        tree.insert(record)
      } else {
        _ = tree.remove(Position(record.key))
      }
    }
    #expect(tree.checkInvariants())
    #expect(copy.checkInvariants() && copy.count == 5000)
    #expect(copy.all.allSatisfy { $0.info.modRevision == 2 })
  }
}
