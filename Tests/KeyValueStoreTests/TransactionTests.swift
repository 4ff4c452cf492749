import ClientProtocol
import RaftTypes
import Testing

@testable import KeyValueStore

@Suite("Transactions")
struct TransactionTests {
  private func put(_ key: String, _ value: String = "") -> Transaction.Step {
    .put(Put(key: bytes(key), value: bytes(value)))
  }

  private func all(_ steps: Transaction.Step...) -> Command.Operation {
    .transaction(Transaction(compare: [], success: steps, failure: []))
  }

  @Test("a later range sees the writes before it, at the transaction's own revision")
  func seesItsOwnWrites() throws {
    var store = Store()
    store.put("a", "1")
    let result = store.apply(
      all(.range(RangeQuery(range: .all)), put("b", "2"), .range(RangeQuery(range: .all))))
    guard case .transaction(let transaction) = result.outcome,
      case .range(let before) = transaction.steps[0],
      case .range(let after) = transaction.steps[2]
    else {
      Issue.record("\(result)")
      return
    }
    #expect((before.count, before.readRevision) == (1, Revision(2)))
    #expect((after.count, after.readRevision) == (2, Revision(3)))
    #expect(after.items.last?.modRevision == Revision(3))
  }

  // Puts alone are done in the order of their keys.
  @Test("puts are answered in their own order, and what they supersede is garbage in that of keys")
  func putsAlone() {
    var store = Store()
    let keys = ["m", "a", "zz", "z", "", "k", "ab"]
    store.apply(
      .transaction(Transaction(compare: [], success: keys.map { put($0, "old") }, failure: [])))
    let steps = keys.map { key in
      Transaction.Step.put(
        Put(key: bytes(key), value: bytes("new " + key), wantsPrevious: key != "z"))
    }
    let result = store.apply(.transaction(Transaction(compare: [], success: steps, failure: [])))
    guard case .transaction(let transaction) = result.outcome else {
      Issue.record("\(result)")
      return
    }
    let previous = transaction.steps.map { step in
      if case .put(let previous?) = step {
        String(decoding: previous.key, as: UTF8.self)
      } else {
        nil as String?
      }
    }
    #expect(previous == keys.map { $0 == "z" ? nil : $0 })
    #expect(result.revision == Revision(3))
    var dropped: [String] = []
    while let item = store.garbage.pop(compacted: 3) {
      dropped.append(String(decoding: item.record.key, as: UTF8.self))
    }
    #expect(dropped == keys.sorted())
  }

  @Test("pitfall 37: a transaction that cannot be done whole changes nothing")
  func allOrNothing() throws {
    var store = Store()
    store.put("a", "1")
    let hash = store.contents.recordHash
    let future = Transaction.Step.range(RangeQuery(range: .all, revision: Revision(99)))
    #expect(
      store.apply(all(put("b"), .delete(Delete(range: .key(bytes("a")))), future)).outcome
        == .refused(.futureRevision(current: Revision(2))))
    #expect(store.apply(all(put("b"), put("b"))).outcome == .refused(.duplicateKey))
    #expect(store.contents.recordHash == hash)
    #expect(store.revision == Revision(2))
  }

  @Test("a key is written once: twice put, or put and deleted, is refused whatever the branch")
  func duplicateKeys() {
    var store = Store()
    let nested = Transaction(compare: [], success: [put("k")], failure: [put("k")])
    #expect(store.apply(all(.transaction(nested))).revision == Revision(2))
    let delete = Transaction.Step.delete(Delete(range: .prefix(bytes("k"))))
    for steps in [
      [put("k"), put("k")], [put("k1"), delete], [delete, put("k1")],
      [put("k"), .transaction(nested)], [.transaction(nested), .transaction(nested)],
      [delete, .transaction(nested)],
    ] {
      let taken = Transaction(compare: [], success: steps, failure: [])
      let notTaken = Transaction(compare: [], success: [], failure: steps)
      #expect(store.apply(.transaction(taken)).outcome == .refused(.duplicateKey))
      #expect(store.apply(.transaction(notTaken)).outcome == .refused(.duplicateKey))
    }
    #expect(
      store.apply(all(delete, .delete(Delete(range: .all)))).outcome
        == .transaction(
          TransactionResult(
            succeeded: true,
            steps: [.deleted(count: 1, previous: []), .deleted(count: 0, previous: [])])))
  }

  @Test("comparisons of nested transactions are decided before the first write")
  func nestedComparisons() {
    var store = Store()
    let missing = Comparison(range: .key(bytes("k")), relation: .equal, target: .version(0))
    let nested = Transaction(compare: [missing], success: [put("seen", "absent")], failure: [])
    store.apply(all(put("k"), .transaction(nested)))
    #expect((try? store.get("seen"))??.value == bytes("absent"))
  }

  @Test(
    "a missing key has version, revisions and lease 0, and no value to compare",
    arguments: [
      (.equal, .version(0), true), (.greater, .version(0), false),
      (.less, .createRevision(Revision(1)), true), (.equal, .modRevision(Revision(0)), true),
      (.notEqual, .lease(0), false), (.equal, .value([]), false),
      (.notEqual, .value(bytes("v")), false),
    ] as [(Comparison.Relation, Comparison.Target, Bool)])
  func missingKey(_ relation: Comparison.Relation, _ target: Comparison.Target, holds: Bool) {
    let comparison = Comparison(range: .key(bytes("k")), relation: relation, target: target)
    #expect(Store().contents.holds(comparison) == holds)
  }

  @Test("a comparison over a range holds only if it holds for every key")
  func rangeComparison() {
    var store = Store()
    store.put("a1", "x")
    store.put("a2", "x")
    store.put("a2", "y")
    func holds(_ target: Comparison.Target) -> Bool {
      store.contents.holds(
        Comparison(range: .prefix(bytes("a")), relation: .equal, target: target))
    }
    #expect(!holds(.value(bytes("x"))))
    #expect(!holds(.version(1)))
    #expect(holds(.lease(0)))
  }

  @Test("the pages of one transaction share one limit")
  func sharedPageLimit() {
    var store = Store()
    let value = [UInt8](repeating: 1, count: 3 << 20)
    store.apply(.put(Put(key: bytes("a"), value: value[...])))
    store.apply(.put(Put(key: bytes("b"), value: value[...])))
    let range = Transaction.Step.range(RangeQuery(range: .all))
    let result = store.apply(all(range, range, range))
    guard case .transaction(let transaction) = result.outcome else {
      Issue.record("\(result)")
      return
    }
    let pages = transaction.steps.map { step in
      if case .range(let page) = step { return (page.items.count, page.more) }
      return (-1, false)
    }
    #expect(pages.map { $0.0 } == [1, 1, 0])
    #expect(pages.allSatisfy { $0.1 })
  }
}
