import BinaryCodec
import ClientProtocol
import Determinism
import RaftTypes
import Testing

@testable import KeyValueStore

@Suite("The versions of a key")
struct VersionTests {
  @Test("a view reads, to the byte, what it read when it was made, however long it is held")
  func heldViews() {
    for seed in 1...6 as ClosedRange<UInt64> {
      var random = RandomCommands(seed: seed, keys: 12)
      var store = Store()
      var held: [(view: StoreView, bytes: [UInt8])] = []
      for _ in 0..<600 {
        store.apply(random.operation(near: store.revision.number))
        if random.dice.chance(1, in: 12) { held.append((store.view(), store.snapshot)) }
        // Let go in any order: a younger view may be the last one left.
        if held.count > 8 {
          let (view, bytes) = held.remove(at: Int(random.dice.below(UInt64(held.count))))
          #expect(SnapshotEncoder(view).flatMap { $0 } == bytes)
        }
      }
      for (view, bytes) in held { #expect(SnapshotEncoder(view).flatMap { $0 } == bytes) }
    }
  }

  @Test("a snapshot that is being written keeps what it has not come to, and nobody else holds")
  func heldByWriting() {
    var store = Store()
    let filling = String(repeating: "x", count: 1000)
    let overwrite = { (round: Int) in
      for key in 0..<300 { store.put("k\(key)", "\(round) \(filling)") }
    }
    for round in 1...5 { overwrite(round) }
    let expected = store.snapshot
    var encoder = SnapshotEncoder(store.view())
    var bytes: [UInt8] = []
    for round in 6... {
      guard let chunk = encoder.next() else { break }
      bytes += chunk
      overwrite(round)
      store.apply(.compact(store.revision))
      store.idle(200)
    }
    // Of two arrays the expectation would seek every difference, for hours.
    let isSame = bytes == expected
    #expect(isSame)
    #expect(expected.count > 4 * Limits.chunkBytes)
  }

  @Test("what was dropped is cut off as soon as no older view is left, and not before")
  func cutting() throws {
    var store = Store()
    for i in 0..<50 { store.put("k", "\(i)") }
    let newest = try #require(store.contents.live.find(Position(key)))
    var old: StoreView? = store.view()
    store.apply(.compact(store.revision))
    store.idle(20)
    #expect((store.statistics.historyRecords, store.severance.count) == (0, 49))
    #expect(length(behind: newest) == 49)
    // Of a later time: it holds nothing back.
    let late = store.view()
    #expect(try old?.read(RangeQuery(range: .all, revision: Revision(5))).items.first?.version == 4)
    old = nil
    store.idle(20)
    #expect(store.severance.count == 0)
    #expect(length(behind: newest) == 0)
    #expect(late.stateHash != store.stateHash)
  }

  @Test("one key many versions ago is a scan, living or deleted, and a few versions ago it is none")
  func farBack() {
    var store = Store()
    for i in 0...Limits.versionsAtOnce { store.put("k", "\(i)") }
    let last = store.revision.number
    func isScan(_ back: Int) -> Bool {
      store.isScan(RangeQuery(range: .key(bytes("k")), revision: Revision(last - UInt64(back))))
    }
    #expect(!isScan(0) && !isScan(1) && !isScan(Limits.versionsAtOnce - 1))
    #expect(isScan(Limits.versionsAtOnce))
    store.delete(.all)
    #expect(isScan(Limits.versionsAtOnce) && !isScan(Limits.versionsAtOnce - 2))
    store.apply(.compact(store.revision))
    store.idle(Limits.versionsAtOnce)
    #expect(!isScan(Limits.versionsAtOnce))
    #expect(!store.isScan(RangeQuery(range: .key(bytes("none")), revision: Revision(1))))
  }

  @Test("what was dropped is freed at once, however few versions come behind it")
  func freed() throws {
    struct Memory { weak var record: Record? }
    var store = Store()
    var versions: [Memory] = []
    for i in 0..<20 {
      store.put("k", "\(i)")
      versions.append(Memory(record: store.contents.live.find(Position(key))))
    }
    #expect(versions.allSatisfy { $0.record != nil })
    store.apply(.compact(store.revision))
    store.idle(30)
    #expect(versions.map { $0.record != nil } == Array(repeating: false, count: 19) + [true])
  }

  @Test("two copies of a store drop their versions without disturbing each other")
  func copies() {
    var one = Store()
    for i in 0..<40 { one.put("k\(i % 4)", "\(i)") }
    var other = one
    let before = other.snapshot
    one.apply(.compact(one.revision))
    one.idle(40)
    #expect(other.snapshot == before)
    #expect(one.checkInvariants() && other.checkInvariants())
    other.apply(.compact(other.revision))
    other.idle(40)
    #expect(other.statistics.historyRecords == 0)
    #expect(one.snapshot == other.snapshot)
  }

  @Test("a key that is deleted and made again keeps its old lives until they are compacted")
  func lives() throws {
    var store = Store()
    for life in 1...3 {
      for version in 1...3 { store.put("k", "\(life).\(version)") }
      store.delete(.all)
    }
    store.put("k", "4.1")
    func values(_ store: Store) -> [String?] {
      (2...14).map { revision in
        ((try? store.get("k", at: UInt64(revision))) ?? nil).map {
          String(decoding: $0.value, as: UTF8.self)
        }
      }
    }
    let all: [String?] = [
      "1.1", "1.2", "1.3", nil, "2.1", "2.2", "2.3", nil, "3.1", "3.2", "3.3", nil, "4.1",
    ]
    #expect(values(store) == all)
    for revision in 2...14 as ClosedRange<UInt64> {
      store.apply(.compact(Revision(revision)))
      let gone = Int(revision) - 2
      let expected = [String?](repeating: nil, count: gone) + all[gone...]
      #expect(values(store) == expected)
      #expect(store.checkInvariants())
      #expect(values(try store.restored()) == expected)
    }
    store.idle(20)
    #expect(store.statistics.historyRecords == 0)
    #expect(store.contents.graves.isEmpty)
  }

  @Test("a key that is overwritten 100,000 times is read, compacted and freed like any other")
  func hotKey() throws {
    var store = Store()
    let count: UInt64 = 100_000
    for i in 1...count { store.put("k", "\(i)") }
    let view = store.view()
    for revision in stride(from: 2, to: count + 2, by: 9_973) {
      #expect(try store.get("k", at: revision)?.value == bytes("\(revision - 1)"))
    }
    #expect(try store.restored().stateHash == store.stateHash)
    store.apply(.compact(Revision(count / 2)))
    store.idle(25_000)
    #expect(store.statistics.historyRecords == Int(count / 2) + 1)
    #expect(try store.get("k", at: count / 2)?.value == bytes("\(count / 2 - 1)"))
    #expect(try view.read(RangeQuery(range: .all, revision: Revision(2))).items.first?.version == 1)
    // What is left here goes link by link.
    store = Store()
    #expect(view.statistics.historyRecords == Int(count) - 1)
  }

  @Test("a snapshot whose versions do not follow one another is refused")
  func gap() {
    var store = Store()
    for i in 0..<3 { store.put("k", "\(i)") }
    let snapshot = store.snapshot
    // The version of the second record: behind key, revision, value and creation.
    let header = 4 + 1 + 4 * 8 + 4 + 8 + 4
    let record = 1 + 5 + 8 + 5 + 8 + 8 + 8
    var damaged = snapshot
    damaged[header + record + 1 + 5 + 8 + 5 + 8] = 1
    var decoder = SnapshotDecoder()
    #expect(throws: SnapshotFault.damaged("a version does not follow the one before it")) {
      try decoder.consume(damaged[...])
    }
  }

  private var key: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: StaticString("k").utf8Start, count: 1)
  }

  private func length(behind newest: Record) -> Int {
    var (length, record) = (0, newest)
    while let older = record.superseded {
      length += 1
      record = older
    }
    return length
  }
}
