internal import ClientProtocol

/// Walks the keys of a range as they stood at an older revision: for each key of either tree the
/// newest version that is not newer, unless that is a tombstone.
struct VersionScan {
  private let history: RecordTree
  private let bounds: Bounds
  private let revision: UInt64
  private let order: RangeQuery.Order
  private var live: Cursor
  private var past: Cursor

  init(_ state: StoreView, _ bounds: Bounds, at revision: Revision, order: RangeQuery.Order) {
    history = state.history
    self.bounds = bounds
    self.revision = revision.number
    self.order = order
    live = Cursor(state.live, in: bounds, order: order)
    past = Cursor(history, in: bounds, order: order)
  }

  /// The next key's version; nil at the end.
  mutating func next() -> Record? {
    while let (key, isLive, isPast) = nextKey() {
      let newest = isLive ? live.record : nil
      if isLive { live.step(order) }
      if let newest, newest.info.modRevision <= revision {
        if isPast { leaveKey(key) }
        return newest
      }
      guard isPast else { continue }
      let version = Cursor(history, before: Position(key.key, revision: revision + 1)).record
      leaveKey(key)
      if let version, !version.isTombstone, KeyOrder.compare(version.key, key.key) == 0 {
        return version
      }
    }
    return nil
  }

  // The record that names the next key, and which of the cursors stand at that key.
  private func nextKey() -> (key: Record, isLive: Bool, isPast: Bool)? {
    let newest = live.record.flatMap { bounds.contains($0.key) ? $0 : nil }
    let old = past.record.flatMap { bounds.contains($0.key) ? $0 : nil }
    guard let newest else { return old.map { ($0, false, true) } }
    guard let old else { return (newest, true, false) }
    let side = KeyOrder.compare(newest.key, old.key)
    if side == 0 { return (newest, true, true) }
    let liveFirst = order == .ascending ? side < 0 : side > 0
    return liveFirst ? (newest, true, false) : (old, false, true)
  }

  // Moves the history cursor past every version of the key it stands at: one step when there is
  // one version, a descent when there are more.
  private mutating func leaveKey(_ key: Record) {
    past.step(order)
    guard let record = past.record, KeyOrder.compare(record.key, key.key) == 0 else { return }
    switch order {
    case .ascending: past = Cursor(history, from: Position(key.key, revision: .max))
    case .descending: past = Cursor(history, before: Position(key.key))
    }
  }
}
