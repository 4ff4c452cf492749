import BinaryCodec
import ClientProtocol

@testable import KeyValueStore

/// The store as one would write it without caring for speed: every version of every key in one
/// array.
struct Model {
  struct Version: Equatable {
    let key: [UInt8]
    /// Nil: the key was deleted.
    let value: [UInt8]?
    let create: UInt64
    let mod: UInt64
    let version: UInt64
    let lease: UInt64
  }

  private(set) var versions: [Version] = []
  var revision: UInt64 = 1
  private(set) var compacted: UInt64 = 0

  var oldest: UInt64 { max(1, compacted) }

  /// The keys that exist at `revision`, ascending.
  func state(at revision: UInt64) -> [Version] {
    var newest: [[UInt8]: Version] = [:]
    for version in versions where version.mod <= revision { newest[version.key] = version }
    return newest.values.filter { $0.value != nil }
      .sorted { $0.key.lexicographicallyPrecedes($1.key) }
  }

  mutating func apply(_ operation: Command.Operation) -> CommandResult {
    let outcome: CommandResult.Outcome
    switch operation {
    case .put(let put):
      outcome = .put(previous: write(put, at: revision + 1))
      revision += 1
    case .delete(let delete):
      let removed = remove(delete.range, at: revision + 1)
      if !removed.isEmpty { revision += 1 }
      outcome = .deleted(
        count: UInt64(removed.count), previous: delete.wantsPrevious ? removed : [])
    case .transaction(let transaction): outcome = apply(transaction)
    case .compact(let to): outcome = compact(to: to.number)
    case .session: fatalError("the model knows no sessions")
    }
    return CommandResult(revision: Revision(revision), outcome: outcome)
  }

  private mutating func compact(to: UInt64) -> CommandResult.Outcome {
    if to > revision { return .refused(.futureRevision(current: Revision(revision))) }
    if to <= compacted { return .refused(.compacted(oldest: Revision(oldest))) }
    compacted = to
    return .compacted
  }

  mutating func write(_ put: Put, at revision: UInt64) -> KeyValue? {
    let old = state(at: revision).first { $0.key == Array(put.key) }
    versions.append(
      Version(
        key: Array(put.key), value: Array(put.value), create: old?.create ?? revision,
        mod: revision, version: (old?.version ?? 0) + 1, lease: put.lease?.number ?? 0))
    return put.wantsPrevious ? old.map { keyValue($0) } : nil
  }

  mutating func remove(_ range: KeyRange, at revision: UInt64) -> [KeyValue] {
    let doomed = state(at: revision).filter { matches(range, $0.key) }
    for version in doomed {
      versions.append(
        Version(key: version.key, value: nil, create: 0, mod: revision, version: 0, lease: 0))
    }
    return doomed.map { keyValue($0) }
  }

  func matches(_ range: KeyRange, _ key: [UInt8]) -> Bool {
    switch range.end {
    case .single: key == Array(range.start)
    case .before(let bound):
      !key.lexicographicallyPrecedes(range.start) && key.lexicographicallyPrecedes(bound)
    case .unbounded: !key.lexicographicallyPrecedes(range.start)
    }
  }

  private func keyValue(_ version: Version, withValue: Bool = true) -> KeyValue {
    KeyValue(
      key: version.key[...], value: withValue ? (version.value ?? [])[...] : [],
      createRevision: Revision(version.create), modRevision: Revision(version.mod),
      version: version.version, lease: version.lease == 0 ? nil : LeaseID(version.lease))
  }
}

// Reading
extension Model {
  func read(_ query: RangeQuery) -> Result<RangeResult, StoreRefusal> {
    let asked = query.revision?.number ?? revision
    if asked > revision { return .failure(.futureRevision(current: Revision(revision))) }
    if asked < oldest { return .failure(.compacted(oldest: Revision(oldest))) }
    return .success(page(query, at: asked, newest: revision))
  }

  func page(_ query: RangeQuery, at asked: UInt64, newest: UInt64) -> RangeResult {
    var all = state(at: asked).filter { matches(query.range, $0.key) }
    // A later page of an older revision is not counted anew.
    let isCounted = query.after == nil || query.content == .countOnly || asked == newest
    let count = isCounted ? UInt64(all.count) : 0
    if query.order == .descending { all.reverse() }
    if let after = query.after {
      all.removeAll { version in
        let isBehind =
          query.order == .ascending
          ? after.lexicographicallyPrecedes(version.key)
          : version.key.lexicographicallyPrecedes(after)
        return !isBehind
      }
    }
    if query.content == .countOnly {
      return RangeResult(items: [], count: count, more: false, readRevision: Revision(asked))
    }
    var items: [KeyValue] = []
    var bytes = 0
    for version in all {
      let item = keyValue(version, withValue: query.content == .keysAndValues)
      let size = item.key.count + item.value.count
      if items.count >= Int(query.limit ?? .max) { break }
      if let most = query.maxBytes, !items.isEmpty, bytes + size > Int(most) { break }
      items.append(item)
      bytes += size
    }
    return RangeResult(
      items: items, count: count, more: items.count < all.count, readRevision: Revision(asked))
  }
}
