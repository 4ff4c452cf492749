import Determinism
import Testing

@testable import KeyValueStore

@Suite("The tree against a sorted array")
struct RecordTreeTests {
  private struct Key: Comparable {
    let bytes: [UInt8]
    static func < (a: Key, b: Key) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }
  }

  private enum Arrival: CaseIterable { case random, ascending, descending, runs }

  /// Zero-padded, so that keys share long prefixes, or short and binary, so that heads tie.
  private func key(_ number: UInt64, long: Bool) -> [UInt8] {
    if long { return Array("some/shared/prefix/\(1_000_000 + number)".utf8) }
    return (0..<3).map { UInt8(truncatingIfNeeded: number >> (8 * (2 - $0))) }
  }

  private func numbers(_ arrival: Arrival, _ count: UInt64, _ dice: inout Dice) -> [UInt64] {
    switch arrival {
    case .random: (0..<count).map { _ in dice.below(count * 2) }
    case .ascending: Array(0..<count)
    case .descending: (0..<count).reversed()
    case .runs: (0..<count).map { ($0 % 97) * 1000 + $0 / 97 }
    }
  }

  private func record(_ key: [UInt8], _ revision: UInt64) -> Record {
    key.withUnsafeBytes {
      Record.make(
        key: $0, value: UnsafeRawBufferPointer(start: nil, count: 0), createRevision: 1,
        modRevision: revision, version: 1, lease: 0)
    }
  }

  @Test("insertion, lookup, rank and removal agree with it", arguments: [true, false])
  func agrees(long: Bool) {
    var dice = Dice(seed: 1)
    for arrival in Arrival.allCases {
      var tree = RecordTree()
      var oracle = SortedMap<Key, UInt64>()
      let numbers = numbers(arrival, 6000, &dice)
      for (i, number) in numbers.enumerated() {
        let key = key(number, long: long)
        let replaced = tree.insert(record(key, UInt64(i + 2)))
        #expect(replaced?.info.modRevision == oracle[Key(bytes: key)])
        oracle[Key(bytes: key)] = UInt64(i + 2)
      }
      check(tree, oracle)
      // Remove in another order than they came, down to nothing.
      var left = oracle.keys
      while !left.isEmpty {
        let at = arrival == .descending ? 0 : Int(dice.below(UInt64(left.count)))
        let key = left.remove(at: at)
        let removed = key.bytes.withUnsafeBytes { tree.remove(Position($0)) }
        #expect(removed?.info.modRevision == oracle.remove(key))
        if left.count % 1500 == 7 { check(tree, oracle) }
      }
      #expect(tree.count == 0 && tree.root.isLeaf)
    }
  }

  private func check(_ tree: RecordTree, _ oracle: SortedMap<Key, UInt64>) {
    #expect(tree.checkInvariants())
    #expect(tree.all.map { Array($0.key) } == oracle.keys.map { $0.bytes })
    for (i, key) in oracle.keys.enumerated() where i % 37 == 0 {
      key.bytes.withUnsafeBytes { bytes in
        #expect(tree.find(Position(bytes))?.info.modRevision == oracle.values[i])
        #expect(tree.rank(of: Position(bytes)) == i)
        #expect(tree.rank(of: Position(bytes, revision: .max)) == i + 1)
      }
      (key.bytes + [0]).withUnsafeBytes { #expect(tree.find(Position($0)) == nil) }
    }
  }

  @Test("cursors walk both ways from every place")
  func cursors() {
    var tree = RecordTree()
    let keys = (0..<400).map { key(UInt64($0 * 2), long: true) }
    for key in keys {
      tree.insert(record(key, 2))
    }
    for number in 0...801 as ClosedRange<UInt64> where number % 13 == 0 || number > 797 {
      let place = key(number, long: true)
      let split = Int((number + 1) / 2)
      place.withUnsafeBytes { bytes in
        var forwards = Cursor(tree, from: Position(bytes))
        var backwards = Cursor(tree, before: Position(bytes))
        var (after, before): ([[UInt8]], [[UInt8]]) = ([], [])
        while let record = forwards.record {
          after.append(Array(record.key))
          forwards.advance()
        }
        while let record = backwards.record {
          before.append(Array(record.key))
          backwards.retreat()
        }
        #expect(after == Array(keys[min(split, 400)...]))
        #expect(before.reversed() == Array(keys[..<min(split, 400)]))
      }
    }
    #expect(Cursor(tree, before: nil).record.map { Array($0.key) } == keys.last)
  }

  @Test("a copy keeps every record while the other is emptied, and the reverse")
  func copies() {
    var tree = RecordTree()
    let keys = (0..<5000).map { key(UInt64($0), long: true) }
    for key in keys {
      tree.insert(record(key, 2))
    }
    let copy = tree
    for key in keys where key.last != UInt8(ascii: "7") {
      _ = key.withUnsafeBytes { tree.remove(Position($0)) }
    }
    #expect(copy.checkInvariants() && tree.checkInvariants())
    #expect((copy.count, tree.count) == (5000, 500))
  }

  @Test("joining a thin leaf with one that a copy shares leaves the copy as it was")
  func joiningSharedLeaves() {
    var tree = RecordTree()
    let keys = (0..<5000).map { key(UInt64($0), long: true) }
    for key in keys {
      tree.insert(record(key, 2))
    }
    func remove(_ chosen: some Sequence<Int>) {
      for i in chosen { _ = keys[i].withUnsafeBytes { tree.remove(Position($0)) } }
    }
    // A third of each full leaf is left: too many to be joined, few enough to be joined with.
    remove(keys.indices.filter { $0 % 3 != 0 })
    let copy = tree
    remove(keys.indices.reversed().filter { $0 % 3 == 0 && $0 % 4 != 0 })
    #expect(tree.checkInvariants() && copy.checkInvariants())
    #expect(tree.all.map { Array($0.key) } == keys.indices.filter { $0 % 12 == 0 }.map { keys[$0] })
    #expect(copy.all.map { Array($0.key) } == keys.indices.filter { $0 % 3 == 0 }.map { keys[$0] })
  }
}
