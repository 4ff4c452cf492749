internal import Determinism

/// The superseded versions in the order in which a compaction may drop them.
///
/// A version may go once the compacted revision has reached the revision that replaced or deleted
/// it; a tombstone once it has reached the tombstone's own. Order: by that revision, then key,
/// then the version's revision; it follows from the records alone, so a store restored from a
/// snapshot drops in the same order as its source.
struct Garbage: Sendable {
  // Unchecked, but true: a record never changes.
  struct Item: @unchecked Sendable {
    /// May go when the compacted revision is not less.
    let dueAt: UInt64
    let record: Record

    func precedes(_ other: Item) -> Bool {
      dueAt != other.dueAt
        ? dueAt < other.dueAt : record.position.precedes(other.record.position)
    }
  }

  private var items = ChunkedQueue<Item>()

  var count: Int { items.count }

  mutating func append(_ record: Record, dueAt: UInt64) {
    items.append(Item(dueAt: dueAt, record: record))
  }

  /// Puts what a transaction appended in any order into the order of keys.
  mutating func sortTail(dueAt revision: UInt64) {
    var start = items.count
    while start > 0, items[start - 1].dueAt == revision { start -= 1 }
    guard items.count - start > 1 else { return }
    let tail = (start..<items.count).map { items[$0] }.sorted { $0.precedes($1) }
    for (place, item) in tail.enumerated() { items[start + place] = item }
  }

  /// Sorts everything: for a store that is being restored.
  mutating func sort() { items = ChunkedQueue(items.sorted { $0.precedes($1) }) }

  /// The next record that may go at this compacted revision.
  mutating func pop(compacted: UInt64) -> Record? {
    guard let item = items.first, item.dueAt <= compacted else { return nil }
    items.removeFirst()
    // The tree lets go of its records one by one, too.
    items.letGo(1)
    return item.record
  }
}
