internal import Determinism

/// The superseded versions and tombstones in the order in which a compaction may drop them.
///
/// A version may go once the compacted revision has reached the revision that replaced or deleted
/// it; a tombstone once it has reached the tombstone's own. Order: by that revision, then key,
/// then the version's revision; it follows from the records alone, so a store restored from a
/// snapshot drops in the same order as its source.
struct Garbage: Sendable {
  /// One version that may go, named by the record whose revision has to be compacted. Unchecked,
  /// but true: of a record only the link changes, and that is looked at only while it is in place.
  struct Item: @unchecked Sendable {
    enum Target { case superseded, tombstone }

    let record: Record
    /// What goes: the version that `record` superseded, or `record` itself.
    let target: Target

    /// May go when the compacted revision is not less.
    var dueAt: UInt64 { record.info.modRevision }

    func precedes(_ other: Item) -> Bool {
      guard dueAt == other.dueAt else { return dueAt < other.dueAt }
      let side = KeyOrder.compare(record.key, other.record.key)
      return side != 0 ? side < 0 : target == .superseded && other.target == .tombstone
    }
  }

  // Nil is what has left: its place stays until its chunk goes, the version that it names must not.
  private var items = ChunkedQueue<Item?>()

  var count: Int { items.count }

  /// `record` superseded a version.
  mutating func append(supersededBy record: Record) {
    items.append(Item(record: record, target: .superseded))
  }

  mutating func append(tombstone: Record) {
    items.append(Item(record: tombstone, target: .tombstone))
  }

  /// Puts what a transaction appended in any order into the order of keys.
  mutating func sortTail(dueAt revision: UInt64) {
    var start = items.count
    while start > 0, items[start - 1]?.dueAt == revision { start -= 1 }
    guard items.count - start > 1 else { return }
    let tail = (start..<items.count).compactMap { items[$0] }.sorted { $0.precedes($1) }
    for (place, item) in tail.enumerated() { items[start + place] = item }
  }

  /// Sorts everything: for a store that is being restored.
  mutating func sort() {
    items = ChunkedQueue(items.compactMap(\.self).sorted { $0.precedes($1) })
  }

  /// The next version that may go at this compacted revision.
  mutating func pop(compacted: UInt64) -> Item? {
    guard let item = items.first ?? nil, item.dueAt <= compacted else { return nil }
    items[0] = nil
    items.removeFirst()
    items.letGo(1)
    return item
  }
}
