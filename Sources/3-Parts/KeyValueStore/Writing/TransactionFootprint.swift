internal import BinaryCodec
internal import ClientProtocol

/// The keys that a transaction may put and the ranges that it may delete, whichever branches are
/// taken.
///
/// A key may be written once: two puts of it, or a put and a delete that covers it, are refused,
/// as etcd does, so that one revision of a key is one version. The two branches of a nested
/// transaction exclude each other and may write the same key; two deletes may overlap, the second
/// finds nothing. The answer does not depend on the state.
struct TransactionFootprint {
  private(set) var puts: [Bytes] = []
  private(set) var deletes: [KeyRange] = []

  /// - Throws: `duplicateKey`.
  init(of transaction: Transaction) throws(StoreRefusal) {
    let success = try TransactionFootprint(of: transaction.success)
    let failure = try TransactionFootprint(of: transaction.failure)
    puts = success.puts + failure.puts
    deletes = success.deletes + failure.deletes
  }

  private init(of steps: [Transaction.Step]) throws(StoreRefusal) {
    for step in steps {
      switch step {
      case .put(let put): try join(puts: [put.key], deletes: [])
      case .delete(let delete): try join(puts: [], deletes: [delete.range])
      case .range: break
      case .transaction(let inner):
        let footprint = try TransactionFootprint(of: inner)
        try join(puts: footprint.puts, deletes: footprint.deletes)
      }
    }
  }

  // Everything here runs in addition to what came before, so no key may be in both. A transaction
  // has at most 1,024 steps, so the comparisons of each with each are bounded.
  private mutating func join(
    puts others: [Bytes], deletes ranges: [KeyRange]
  ) throws(StoreRefusal) {
    for key in others {
      guard !puts.contains(key), !deletes.contains(where: { $0.contains(key) }) else {
        throw .duplicateKey
      }
    }
    for range in ranges where puts.contains(where: { range.contains($0) }) {
      throw .duplicateKey
    }
    puts += others
    deletes += ranges
  }
}

extension KeyRange {
  func contains(_ key: Bytes) -> Bool {
    switch end {
    case .single: key == start
    case .before(let bound):
      !key.lexicographicallyPrecedes(start) && key.lexicographicallyPrecedes(bound)
    case .unbounded: !key.lexicographicallyPrecedes(start)
    }
  }
}
