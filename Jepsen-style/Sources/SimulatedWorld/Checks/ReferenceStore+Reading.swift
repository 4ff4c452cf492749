internal import BinaryCodec
internal import ClientProtocol

// What ranges of keys hold, at any revision.
extension ReferenceStore {
  /// The page that a query finds when the newest revision is `newest`.
  func read(_ query: RangeQuery, newest: Revision) -> RangeResult {
    let revision = query.revision?.number ?? newest.number
    return read(query, at: revision, called: revision)
  }

  func read(_ query: RangeQuery, at revision: UInt64, called name: UInt64) -> RangeResult {
    let all = items(query.range, at: revision)
    let ordered = query.order == .ascending ? all : all.reversed()
    let page = query.content == .countOnly ? [] : ordered.prefix(Int(query.limit ?? .max))
    let items = page.map { item in
      KeyValue(
        key: item.key, value: query.content == .keysOnly ? [] : item.value,
        createRevision: item.createRevision, modRevision: item.modRevision,
        version: item.version, lease: item.lease)
    }
    return RangeResult(
      items: items, count: UInt64(all.count),
      more: query.content != .countOnly && items.count < all.count, readRevision: Revision(name))
  }

  func items(_ range: KeyRange, at revision: UInt64) -> [KeyValue] {
    let start = Self.text(range.start)
    if case .single = range.end {
      return keys[start].flatMap { Self.newest($0, revision) }.flatMap { Self.item(start, $0) }
        .map { [$0] } ?? []
    }
    return keys.keys.filter { contains(range, $0) }.sorted().compactMap { key in
      keys[key].flatMap { Self.newest($0, revision) }.flatMap { Self.item(key, $0) }
    }
  }

  private func contains(_ range: KeyRange, _ key: String) -> Bool {
    guard Self.text(range.start) <= key else { return false }
    switch range.end {
    case .single: return key == Self.text(range.start)
    case .before(let end): return key < Self.text(end)
    case .unbounded: return true
    }
  }

  private static func newest(_ versions: [Version], _ revision: UInt64) -> Version? {
    versions.last { $0.revision <= revision }
  }

  static func item(_ key: String, _ version: Version) -> KeyValue? {
    guard let value = version.value else { return nil }
    return KeyValue(
      key: Array(key.utf8)[...], value: value, createRevision: Revision(version.created),
      modRevision: Revision(version.revision), version: version.count, lease: version.lease)
  }

  static func text(_ bytes: Bytes) -> String { String(decoding: bytes, as: UTF8.self) }
}
