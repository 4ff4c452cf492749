internal import BinaryCodec
public import ClientProtocol

extension StoreView {
  /// One page of a range, at the newest or an older revision.
  ///
  /// A page has at most 65,536 items and 4 MiB of keys and values, whatever the query allows.
  /// - Throws: `compacted` or `futureRevision`: ask for a revision between the two that they name.
  public func read(_ query: RangeQuery) throws(StoreRefusal) -> RangeResult {
    try checkRevision(query.revision)
    if case .single = query.range.end, query.revision == nil || query.revision == revision,
      query.content == .keysAndValues, query.limit == nil, query.after == nil
    {
      return get(query.range.start)
    }
    var budget = PageBudget.page
    guard let old = query.revision, old < revision else {
      return newestPage(query, at: revision, &budget)
    }
    return oldPage(query, at: old, &budget)
  }

  /// Whether the answer takes more than a moment: a page of many items, any range as it stood at an
  /// older revision, which is counted by walking it, or one key many versions ago. Ask a view for
  /// it, on another thread.
  public func isScan(_ query: RangeQuery) -> Bool {
    if case .single = query.range.end { return isFarBack(query) }
    if let old = query.revision, old < revision { return true }
    guard query.content != .countOnly, query.limit.map({ $0 > Limits.itemsAtOnce }) ?? true else {
      return false
    }
    return query.withBounds { _, rest in live.count(in: rest) > Limits.itemsAtOnce }
  }

  private func isFarBack(_ query: RangeQuery) -> Bool {
    guard let old = query.revision, old < revision else { return false }
    let newest = query.range.start.withUnsafeBytes { key in
      live.find(Position(key)) ?? graves.find(Position(key))
    }
    return newest.map { isFarBack(old.number, from: $0) } ?? false
  }

  func checkRevision(_ asked: Revision?) throws(StoreRefusal) {
    guard let asked else { return }
    guard asked <= revision else { throw .futureRevision(current: revision) }
    guard asked >= oldestRevision else { throw .compacted(oldest: oldestRevision) }
  }

  // The fast path: one descent, one copy of the value; the key is the query's own.
  private func get(_ key: Bytes) -> RangeResult {
    let record = key.withUnsafeBytes { live.find(Position($0)) }
    guard let record else {
      return RangeResult(items: [], count: 0, more: false, readRevision: revision)
    }
    let item = KeyValue(record, key: key, value: Array(record.value)[...])
    return RangeResult(items: [item], count: 1, more: false, readRevision: revision)
  }

  /// A page of the newest state; `revision` is what the answer calls it.
  func newestPage(
    _ query: RangeQuery, at revision: Revision, _ budget: inout PageBudget
  ) -> RangeResult {
    query.withBounds { range, rest in
      let count = live.count(in: range)
      var page = Page(query, budget)
      if page.wantsItems {
        var left = live.count(in: rest)
        var cursor = Cursor(live, in: rest, order: query.order)
        while left > 0, let record = cursor.record, page.add(record) {
          left -= 1
          cursor.step(query.order)
        }
        page.more = left > 0
      }
      return page.finish(count: count, revision: revision, &budget)
    }
  }

  /// A page of the state at an older revision that is still kept.
  ///
  /// Counting it means walking all of the range, which is done for the first page only: who reads a
  /// million keys in pages, while others write, would otherwise walk the million with every page.
  func oldPage(
    _ query: RangeQuery, at revision: Revision, _ budget: inout PageBudget
  ) -> RangeResult {
    query.withBounds { range, rest in
      var page = Page(query, budget)
      var count = 0
      let counts = query.after == nil || !page.wantsItems
      var scan = VersionScan(self, counts ? range : rest, at: revision, order: query.order)
      while counts || !page.more, let record = scan.next() {
        if counts { count += 1 }
        guard page.wantsItems, !page.more else { continue }
        if !page.add(record) { page.more = true }
      }
      return page.finish(count: count, revision: revision, &budget)
    }
  }

  /// Calls `body` with the live records of a range, in key order, until it answers false.
  func forEachLive(in range: KeyRange, _ body: (Record) -> Bool) {
    range.withBounds { bounds in
      var left = live.count(in: bounds)
      guard left > 0 else { return }
      var cursor = Cursor(live, from: bounds.low)
      while left > 0, let record = cursor.record, body(record) {
        cursor.advance()
        left -= 1
      }
    }
  }

  /// Bytes of the keys and values of a range; beyond `limit` it is not counted how many.
  func liveBytes(in range: KeyRange, limit: Int) -> Int {
    var bytes = 0
    forEachLive(in: range) { record in
      bytes += record.byteCount
      return bytes <= limit
    }
    return bytes
  }
}
