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
  private(set) var revision: UInt64 = 1
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

  private mutating func write(_ put: Put, at revision: UInt64) -> KeyValue? {
    let old = state(at: revision).first { $0.key == Array(put.key) }
    versions.append(
      Version(
        key: Array(put.key), value: Array(put.value), create: old?.create ?? revision,
        mod: revision, version: (old?.version ?? 0) + 1, lease: put.lease?.number ?? 0))
    return put.wantsPrevious ? old.map { keyValue($0) } : nil
  }

  private mutating func remove(_ range: KeyRange, at revision: UInt64) -> [KeyValue] {
    let doomed = state(at: revision).filter { matches(range, $0.key) }
    for version in doomed {
      versions.append(
        Version(key: version.key, value: nil, create: 0, mod: revision, version: 0, lease: 0))
    }
    return doomed.map { keyValue($0) }
  }

  private func matches(_ range: KeyRange, _ key: [UInt8]) -> Bool {
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
    return .success(page(query, at: asked))
  }

  func page(_ query: RangeQuery, at asked: UInt64) -> RangeResult {
    var all = state(at: asked).filter { matches(query.range, $0.key) }
    let count = UInt64(all.count)
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

// Transactions
extension Model {
  /// A transaction with its comparisons decided.
  private indirect enum Path {
    case path(succeeded: Bool, steps: [(Transaction.Step, Path?)])
  }

  private mutating func apply(_ transaction: Transaction) -> CommandResult.Outcome {
    if writesTwice(transaction) { return .refused(.duplicateKey) }
    let path = decide(transaction)
    if let refusal = refusal(on: path) { return .refused(refusal) }
    var wrote = false
    let result = perform(path, &wrote)
    if wrote { revision += 1 }
    return .transaction(result)
  }

  private func decide(_ transaction: Transaction) -> Path {
    let succeeded = transaction.compare.allSatisfy { holds($0) }
    let steps = (succeeded ? transaction.success : transaction.failure).map {
      step -> (Transaction.Step, Path?) in
      if case .transaction(let inner) = step { return (step, decide(inner)) }
      return (step, nil)
    }
    return .path(succeeded: succeeded, steps: steps)
  }

  private func refusal(on path: Path) -> StoreRefusal? {
    guard case .path(_, let steps) = path else { return nil }
    for (step, inner) in steps {
      if let inner, let refusal = refusal(on: inner) { return refusal }
      if case .range(let query) = step, case .failure(let refusal) = read(query) {
        return refusal
      }
    }
    return nil
  }

  private mutating func perform(_ path: Path, _ wrote: inout Bool) -> TransactionResult {
    guard case .path(let succeeded, let steps) = path else { fatalError("one case") }
    var results: [TransactionResult.StepResult] = []
    for (step, inner) in steps {
      switch step {
      case .put(let put):
        results.append(.put(previous: write(put, at: revision + 1)))
        wrote = true
      case .delete(let delete):
        let removed = remove(delete.range, at: revision + 1)
        if !removed.isEmpty { wrote = true }
        results.append(
          .deleted(
            count: UInt64(removed.count), previous: delete.wantsPrevious ? removed : []))
      case .range(let query):
        let asked = query.revision?.number ?? revision + (wrote ? 1 : 0)
        results.append(.range(page(query, at: asked)))
      case .transaction:
        guard let inner else { fatalError("decided before") }
        results.append(.transaction(perform(inner, &wrote)))
      }
    }
    return TransactionResult(succeeded: succeeded, steps: results)
  }

  private func holds(_ comparison: Comparison) -> Bool {
    let keys = state(at: revision).filter { matches(comparison.range, $0.key) }
    if keys.isEmpty {
      if case .value = comparison.target { return false }
      let missing = Version(key: [], value: nil, create: 0, mod: 0, version: 0, lease: 0)
      return holds(comparison, missing)
    }
    return keys.allSatisfy { holds(comparison, $0) }
  }

  private func holds(_ comparison: Comparison, _ version: Version) -> Bool {
    func test<T: Equatable>(_ a: T, _ b: T, _ less: (T, T) -> Bool) -> Bool {
      switch comparison.relation {
      case .equal: a == b
      case .notEqual: a != b
      case .less: less(a, b)
      case .greater: less(b, a)
      }
    }
    switch comparison.target {
    case .version(let n): return test(version.version, n, <)
    case .createRevision(let r): return test(version.create, r.number, <)
    case .modRevision(let r): return test(version.mod, r.number, <)
    case .lease(let n): return test(version.lease, n, <)
    case .value(let bytes):
      return test(version.value ?? [], Array(bytes)) { $0.lexicographicallyPrecedes($1) }
    }
  }

  /// Tries every choice of branches.
  private func writesTwice(_ transaction: Transaction) -> Bool {
    [transaction.success, transaction.failure].contains { branch in
      choices(branch).contains { steps in
        var puts: [[UInt8]] = []
        var deletes: [KeyRange] = []
        for step in steps {
          if case .put(let put) = step { puts.append(Array(put.key)) }
          if case .delete(let delete) = step { deletes.append(delete.range) }
        }
        return Set(puts).count < puts.count
          || puts.contains { key in deletes.contains { matches($0, key) } }
      }
    }
  }

  private func choices(_ steps: [Transaction.Step]) -> [[Transaction.Step]] {
    var all: [[Transaction.Step]] = [[]]
    for step in steps {
      if case .transaction(let inner) = step {
        let either = choices(inner.success) + choices(inner.failure)
        all = all.flatMap { head in either.map { head + $0 } }
      } else {
        all = all.map { $0 + [step] }
      }
    }
    return all
  }
}
