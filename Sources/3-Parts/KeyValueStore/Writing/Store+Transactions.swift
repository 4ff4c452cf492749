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
      try TransactionFootprint.check(transaction)
      plan = TransactionPlan(transaction, on: contents)
      try plan.check(against: contents)
    } catch {
      return result(.refused(error))
    }
    var run = TransactionRun(revision: revision)
    let outcome = perform(plan, &run)
    if run.wrote {
      contents.revision = revision
      garbage.sortTail(dueAt: revision.number)
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
    var results: [TransactionResult.StepResult] = []
    results.reserveCapacity(plan.steps.count)
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
      case .transaction(let inner):
        results.append(.transaction(perform(inner, &run)))
      }
    }
    return TransactionResult(succeeded: plan.succeeded, steps: results)
  }

  private func page(_ query: RangeQuery, _ run: inout TransactionRun) -> RangeResult {
    let newest = run.wrote ? run.revision : contents.revision
    guard let old = query.revision, old < newest else {
      return contents.newestPage(query, at: newest, &run.budget)
    }
    return contents.oldPage(query, at: old, &run.budget)
  }
}
