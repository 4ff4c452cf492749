internal import ClientProtocol

extension ClientReply {
  /// About as many bytes as it keeps in memory: keys and values, and some for each item.
  var heldBytes: Int {
    switch body {
    case .range(let page): page.heldBytes
    case .written(let result): result.heldBytes
    case .failed, .transferred, .snapshotTaken, .status, .membership: KeyValue.overhead
    }
  }
}

extension RangeResult {
  fileprivate var heldBytes: Int { items.reduce(KeyValue.overhead) { $0 + $1.heldBytes } }
}

extension CommandResult {
  fileprivate var heldBytes: Int {
    switch outcome {
    case .put(let previous): KeyValue.overhead + (previous?.heldBytes ?? 0)
    case .deleted(_, let previous): previous.reduce(KeyValue.overhead) { $0 + $1.heldBytes }
    case .transaction(let transaction): transaction.heldBytes
    case .compacted, .session, .refused: KeyValue.overhead
    }
  }
}

extension TransactionResult {
  fileprivate var heldBytes: Int {
    steps.reduce(KeyValue.overhead) { sum, step in
      switch step {
      case .put(let previous): sum + (previous?.heldBytes ?? 0) + KeyValue.overhead
      case .deleted(_, let previous): previous.reduce(sum) { $0 + $1.heldBytes }
      case .range(let page): sum + page.heldBytes
      case .transaction(let inner): sum + inner.heldBytes
      }
    }
  }
}

extension KeyValue {
  /// Of a record beside its bytes.
  fileprivate static let overhead = 128

  fileprivate var heldBytes: Int { key.count + value.count + Self.overhead }
}
