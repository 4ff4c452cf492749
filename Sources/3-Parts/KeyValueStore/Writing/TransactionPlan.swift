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
    guard try previousBytes(in: state) <= Limits.previousBytes else {
      throw .answerTooLong(limit: UInt64(Limits.previousBytes))
    }
  }

  // Puts and deletes of one transaction never meet on a key, so the state before it tells all
  // sizes.
  private func previousBytes(in state: StoreView) throws(StoreRefusal) -> Int {
    var bytes = 0
    var nested = inner.makeIterator()
    for step in steps {
      switch step {
      case .put(let put):
        if put.wantsPrevious { bytes += state.liveBytes(in: .key(put.key)) }
      case .delete(let delete):
        if delete.wantsPrevious { bytes += state.liveBytes(in: delete.range) }
      case .range(let query): try state.checkRevision(query.revision)
      case .transaction: bytes += try nested.next()?.previousBytes(in: state) ?? 0
      }
    }
    return bytes
  }
}
