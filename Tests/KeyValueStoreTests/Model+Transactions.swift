import BinaryCodec
import ClientProtocol

extension Model {
  /// A transaction with its comparisons decided.
  private indirect enum Path {
    case path(succeeded: Bool, steps: [(Transaction.Step, Path?)])
  }

  mutating func apply(_ transaction: Transaction) -> CommandResult.Outcome {
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
        let newest = revision + (wrote ? 1 : 0)
        let asked = query.revision?.number ?? newest
        results.append(.range(page(query, at: asked, newest: newest)))
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
