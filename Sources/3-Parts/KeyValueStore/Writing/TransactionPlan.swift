internal import ClientProtocol

/// The path through a transaction that its comparisons choose.
struct TransactionPlan {
  enum Step {
    case put(Put)
    case delete(Delete)
    case range(RangeQuery)
    indirect case transaction(TransactionPlan)
  }

  let succeeded: Bool
  let steps: [Step]

  init(_ transaction: Transaction, on state: StoreView) {
    succeeded = transaction.compare.allSatisfy { state.holds($0) }
    steps = (succeeded ? transaction.success : transaction.failure).map { step in
      switch step {
      case .put(let put): .put(put)
      case .delete(let delete): .delete(delete)
      case .range(let query): .range(query)
      case .transaction(let inner): .transaction(TransactionPlan(inner, on: state))
      }
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
    for step in steps {
      switch step {
      case .put(let put):
        if put.wantsPrevious { bytes += state.liveBytes(in: .key(put.key)) }
      case .delete(let delete):
        if delete.wantsPrevious { bytes += state.liveBytes(in: delete.range) }
      case .range(let query): try state.checkRevision(query.revision)
      case .transaction(let inner): bytes += try inner.previousBytes(in: state)
      }
    }
    return bytes
  }
}
