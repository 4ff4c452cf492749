internal import ClientProtocol

extension Store {
  /// Does a transaction at `revision`, whole or not at all.
  ///
  /// As etcd does: every comparison, those of nested transactions too, is decided on the state
  /// before the first write; then the steps run in order and each sees the writes before it; all
  /// of them have one revision, which is taken only if something was written.
  mutating func execute(_ transaction: Transaction, at revision: Revision) -> CommandResult {
    let plan: TransactionPlan
    do throws(StoreRefusal) {
      let footprint = try TransactionFootprint(of: transaction)
      plan = TransactionPlan(transaction, on: contents, footprint)
      try plan.check(against: contents)
    } catch {
      return result(.refused(error))
    }
    var run = TransactionRun(revision: revision)
    let outcome = perform(plan, &run)
    if run.wrote {
      contents.revision = revision
      if plan.keyOrder == nil { garbage.sortTail(dueAt: revision.number) }
    }
    return result(.transaction(outcome))
  }

  /// What the steps of one transaction share.
  private struct TransactionRun {
    let revision: Revision
    var wrote = false
    /// Left of the page limits, which all ranges share.
    var budget = PageBudget.page

    init(revision: Revision) { self.revision = revision }
  }

  private mutating func perform(
    _ plan: TransactionPlan, _ run: inout TransactionRun
  ) -> TransactionResult {
    if let order = plan.keyOrder {
      return TransactionResult(succeeded: plan.succeeded, steps: put(plan.steps, in: order, &run))
    }
    var results: [TransactionResult.StepResult] = []
    results.reserveCapacity(plan.steps.count)
    var nested = plan.inner.makeIterator()
    for step in plan.steps {
      switch step {
      case .put(let put):
        results.append(.put(previous: write(put, at: run.revision)))
        run.wrote = true
      case .delete(let delete):
        let removed = remove(delete.range, at: run.revision)
        if !removed.isEmpty { run.wrote = true }
        results.append(
          .deleted(
            count: UInt64(removed.count),
            previous: delete.wantsPrevious ? removed.map { KeyValue($0) } : []))
      case .range(let query):
        results.append(.range(page(query, &run)))
      case .transaction:
        guard let inner = nested.next() else {
          preconditionFailure("Store: a nested transaction has no plan")
        }
        results.append(.transaction(perform(inner, &run)))
      }
    }
    return TransactionResult(succeeded: plan.succeeded, steps: results)
  }

  // In the order of keys what they supersede is garbage in its order at once, and neighbours are
  // sought where the one before was.
  private mutating func put(
    _ steps: [Transaction.Step], in order: [Int], _ run: inout TransactionRun
  ) -> [TransactionResult.StepResult] {
    var results = [TransactionResult.StepResult](
      repeating: .put(previous: nil), count: steps.count)
    for place in order {
      guard case .put(let put) = steps[place] else {
        preconditionFailure("Store: step \(place) is no put")
      }
      if let previous = write(put, at: run.revision) {
        results[place] = .put(previous: previous)
      }
      run.wrote = true
    }
    return results
  }

  private func page(_ query: RangeQuery, _ run: inout TransactionRun) -> RangeResult {
    let newest = run.wrote ? run.revision : contents.revision
    guard let old = query.revision, old < newest else {
      return contents.newestPage(query, at: newest, &run.budget)
    }
    return contents.oldPage(query, at: old, &run.budget)
  }
}
