internal import ClientProtocol

/// The path through a transaction that its comparisons choose.
struct TransactionPlan {
  let succeeded: Bool
  /// The branch that is taken, as it stands in the transaction.
  let steps: [Transaction.Step]
  /// The plans of the transactions among the steps, in their order.
  let inner: [TransactionPlan]
  /// See `TransactionFootprint`; nil also for what stands inside another transaction.
  let keyOrder: [Int]?

  init(
    _ transaction: Transaction, on state: StoreView, _ footprint: TransactionFootprint? = nil
  ) {
    succeeded = transaction.compare.allSatisfy { state.holds($0) }
    steps = succeeded ? transaction.success : transaction.failure
    keyOrder = succeeded ? footprint?.successOrder : footprint?.failureOrder
    inner = steps.compactMap { step in
      if case .transaction(let inner) = step { TransactionPlan(inner, on: state) } else { nil }
    }
  }

  /// Refuses, before anything is written, what could fail on the way: a range at a revision that
  /// is not there, previous values that exceed the limit.
  func check(against state: StoreView) throws(StoreRefusal) {
    var bytes = 0
    try countPrevious(in: state, &bytes)
    guard bytes <= Limits.previousBytes else {
      throw .answerTooLong(limit: UInt64(Limits.previousBytes))
    }
  }

  // Puts and deletes of one transaction never meet on a key, so the state before it tells all
  // sizes. Once they are too many nothing more is walked for them.
  private func countPrevious(in state: StoreView, _ bytes: inout Int) throws(StoreRefusal) {
    var nested = inner.makeIterator()
    for step in steps {
      let left = Limits.previousBytes - bytes
      switch step {
      case .put(let put):
        if put.wantsPrevious, left >= 0 {
          bytes += state.liveBytes(in: .key(put.key), limit: left)
        }
      case .delete(let delete):
        if delete.wantsPrevious, left >= 0 {
          bytes += state.liveBytes(in: delete.range, limit: left)
        }
      case .range(let query): try state.checkRevision(query.revision)
      case .transaction: try nested.next()?.countPrevious(in: state, &bytes)
      }
    }
  }
}
