internal import ClientProtocol
internal import RaftTypes

/// Walks the keys of a range as they stood at an older revision: of each the newest version that is
/// not newer, unless that is a tombstone.
struct VersionScan {
  private let state: StoreView
  private let bounds: Bounds
  private let revision: UInt64
  private let order: RangeQuery.Order
  private var live: Cursor
  private var graves: Cursor

  init(_ state: StoreView, _ bounds: Bounds, at revision: Revision, order: RangeQuery.Order) {
    self.state = state
    self.bounds = bounds
    self.revision = revision.number
    self.order = order
    live = Cursor(state.live, in: bounds, order: order)
    graves = Cursor(state.graves, in: bounds, order: order)
  }

  /// The next key's version; nil at the end.
  mutating func next() -> Record? {
    while let newest = nextKey() {
      if let version = state.version(at: revision, of: newest), !version.isTombstone {
        return version
      }
    }
    return nil
  }

  // The newest record of the next key, which is in one of the trees only.
  private mutating func nextKey() -> Record? {
    let existing = live.record.flatMap { bounds.contains($0.key) ? $0 : nil }
    let deleted = graves.record.flatMap { bounds.contains($0.key) ? $0 : nil }
    guard let existing else {
      graves.step(order)
      return deleted
    }
    if let deleted {
      let side = KeyOrder.compare(deleted.key, existing.key)
      if order == .ascending ? side < 0 : side > 0 {
        graves.step(order)
        return deleted
      }
    }
    live.step(order)
    return existing
  }
}
