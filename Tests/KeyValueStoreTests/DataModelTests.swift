import ClientProtocol
import RaftTypes
import Testing

@testable import KeyValueStore

@Suite("etcd v3's data model")
struct DataModelTests {
  @Test("a new store is empty and at revision 1")
  func newStore() throws {
    let store = Store()
    #expect(store.revision == Revision(1))
    #expect(try store.read(RangeQuery(range: .all, revision: Revision(1))).items.isEmpty)
  }

  @Test("every write transaction takes one revision; one that writes nothing takes none")
  func revisions() {
    var store = Store()
    #expect(store.put("a", "1").revision == Revision(2))
    #expect(store.delete(.key(bytes("missing"))).revision == Revision(2))
    let empty = Transaction(compare: [], success: [.range(RangeQuery(range: .all))], failure: [])
    #expect(store.apply(.transaction(empty)).revision == Revision(2))
    let two = Transaction(
      compare: [],
      success: [
        .put(Put(key: bytes("b"), value: [])), .put(Put(key: bytes("c"), value: [])),
        .delete(Delete(range: .key(bytes("a")))),
      ], failure: [])
    #expect(store.apply(.transaction(two)).revision == Revision(3))
  }

  @Test("create revision and version start anew after a deletion")
  func recreation() throws {
    var store = Store()
    store.put("k", "1")
    store.put("k", "2")
    let before = try #require(try store.get("k"))
    #expect((before.createRevision.number, before.modRevision.number, before.version) == (2, 3, 2))
    store.delete(.key(bytes("k")))
    store.put("k", "3")
    let after = try #require(try store.get("k"))
    #expect((after.createRevision.number, after.modRevision.number, after.version) == (5, 5, 1))
  }

  @Test("a scan in pages, while others write, counts its range once and each page looks at its own")
  func pagesOfThePast() throws {
    var store = Store()
    for i in 100..<400 { store.put("k\(i)", "old") }
    var query = RangeQuery(range: .all, content: .keysOnly, limit: 7)
    let first = try store.read(query)
    #expect(first.count == 300)
    query.revision = first.readRevision
    query.after = first.items.last?.key
    var seen = first.items.map(\.key)
    var more = first.more
    while more {
      for i in 0..<3 { store.put("k\(100 + (seen.count + i * 97) % 300)", "new") }
      store.delete(.key(bytes("k\(100 + seen.count * 31 % 300)")))
      let page = try store.read(query)
      #expect(page.count == 0 && page.items.count <= 7)
      seen += page.items.map(\.key)
      query.after = page.items.last?.key
      more = page.more
    }
    #expect(seen == (100..<400).map { bytes("k\($0)") })
  }

  @Test("the past can be read until it is compacted, the compacted revision itself included")
  func compaction() throws {
    var store = Store()
    for i in 1...5 { store.put("k", "\(i)") }
    store.apply(.compact(Revision(4)))
    #expect(try store.get("k", at: 4)?.value == bytes("3"))
    #expect(throws: StoreRefusal.compacted(oldest: Revision(4))) { try store.get("k", at: 3) }
    #expect(throws: StoreRefusal.futureRevision(current: Revision(6))) {
      try store.get("k", at: 7)
    }
    #expect(
      store.apply(.compact(Revision(4))).outcome == .refused(.compacted(oldest: Revision(4))))
    #expect(
      store.apply(.compact(Revision(7))).outcome
        == .refused(.futureRevision(current: Revision(6))))
  }

  @Test("compaction keeps the newest version of a live key and nothing of a deleted one")
  func compactionKeepsTheNewest() throws {
    var store = Store()
    for i in 1...100 {
      store.put("stays", "\(i)")
      store.put("goes", "\(i)")
    }
    store.delete(.key(bytes("goes")))
    store.apply(.compact(store.revision))
    store.idle(30)
    #expect(store.statistics.historyRecords == 0)
    #expect(store.statistics.historyBytes == 0)
    #expect(try store.get("stays")?.version == 100)
    #expect(try store.get("goes") == nil)
    #expect(store.checkInvariants())
  }

  @Test("a compacted backlog is dropped in bounded steps, one with each entry")
  func backlog() {
    var store = Store()
    for i in 0..<500 { store.put("k", "\(i)") }
    let time = store.appliedTime.milliseconds
    store.apply(.compact(store.revision), time: time)
    #expect(store.statistics.historyRecords == 499 - 2)
    store.idle(1, time: time)
    #expect(store.statistics.historyRecords == 499 - 4)
    // Two more for each version that the entry adds: of any load the backlog has an end.
    store.apply(.put(Put(key: bytes("k"), value: bytes("again"))), time: time)
    #expect(store.statistics.historyRecords == 499 - 4 + 1 - 4)
    store.idle(246, time: time)
    #expect(store.statistics.historyRecords == 1)
  }

  @Test("where entries are few the time between them counts, up to a bound")
  func backlogOverTime() {
    var store = Store()
    for i in 0..<3000 { store.put("k", "\(i)") }
    let time = store.appliedTime.milliseconds
    store.apply(.compact(store.revision), time: time)
    let compacted = store.statistics.historyRecords
    store.advance(to: store.appliedIndex.next, time: LogTime(milliseconds: time + 3))
    #expect(store.statistics.historyRecords == compacted - 2 - 60)
    store.advance(to: store.appliedIndex.next, time: LogTime(milliseconds: time + 1_000_000))
    #expect(store.statistics.historyRecords == compacted - 2 - 60 - 2 - 1000)
    // A time that falls counts as none.
    store.advance(to: store.appliedIndex.next, time: LogTime(milliseconds: time))
    #expect(store.statistics.historyRecords == compacted - 2 - 60 - 2 - 1000 - 2)
  }

  @Test("bytes that are no command are refused alike everywhere and change nothing but the index")
  func malformed() {
    var store = Store()
    store.put("k", "v")
    for bytes in [[], [9], [1, 0, 77], [1, 0, 1, 0, 0, 255, 255, 255, 255]] as [[UInt8]] {
      let result = store.apply(next: bytes)
      #expect(result.outcome == .refused(.malformed))
      #expect(result.revision == Revision(2))
    }
    #expect(store.appliedIndex == LogIndex(5))
  }

  @Test("a lease is recorded with the key, and another put without one takes it away")
  func leases() throws {
    var store = Store()
    store.apply(.put(Put(key: bytes("k"), value: [], lease: LeaseID(7))))
    #expect(try store.restored().get("k")?.lease == LeaseID(7))
    store.put("k", "v")
    #expect(try store.get("k")?.lease == nil)
  }

  @Test("previous values of more than 4 MiB are refused before anything is deleted")
  func longAnswer() throws {
    var store = Store()
    for i in 0..<5 {
      let value = [UInt8](repeating: UInt8(i), count: 1 << 20)
      store.apply(.put(Put(key: bytes("big\(i)"), value: value[...])))
    }
    let delete = Delete(range: .all, wantsPrevious: true)
    let limit = StoreRefusal.answerTooLong(limit: 4 << 20)
    #expect(store.apply(.delete(delete)).outcome == .refused(limit))
    let transaction = Transaction(
      compare: [], success: [.put(Put(key: bytes("x"), value: [])), .delete(delete)],
      failure: [])
    #expect(store.apply(.transaction(transaction)).outcome == .refused(.duplicateKey))
    let other = Transaction(compare: [], success: [.delete(delete)], failure: [])
    #expect(store.apply(.transaction(other)).outcome == .refused(limit))
    // Each alone would do.
    let halves = Transaction(
      compare: [],
      success: ["big0", "big1", "big2", "big3"].map {
        .put(Put(key: bytes($0), value: [], wantsPrevious: true))
      }, failure: [])
    #expect(store.apply(.transaction(halves)).outcome == .refused(limit))
    #expect(store.view().liveBytes(in: .all, limit: 2 << 20) == 2 * (4 + (1 << 20)))
    #expect(store.statistics.keys == 5)
    #expect(
      store.delete(.all).outcome == .deleted(count: 5, previous: []))
  }

  @Test("a page ends at 4 MiB even if the query names no limit, and says that more follows")
  func pageLimit() throws {
    var store = Store()
    for i in 0..<5 {
      let value = [UInt8](repeating: UInt8(i), count: 1 << 20)
      store.apply(.put(Put(key: bytes("big\(i)"), value: value[...])))
    }
    let page = try store.read(RangeQuery(range: .all))
    #expect(page.items.count == 3)
    #expect(page.more && page.count == 5)
    let rest = try store.read(RangeQuery(range: .all, after: page.items[2].key))
    #expect(rest.items.count == 2)
    #expect(!rest.more && rest.count == 5)
  }
}
