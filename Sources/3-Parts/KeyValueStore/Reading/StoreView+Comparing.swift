internal import BinaryCodec
internal import ClientProtocol

extension StoreView {
  /// Whether a comparison holds, as in etcd: for every key of its range; for a range without keys,
  /// for a key with version, revisions and lease 0, whose value compares to nothing.
  func holds(_ comparison: Comparison) -> Bool {
    var found = false
    var holds = true
    forEachLive(in: comparison.range) { record in
      found = true
      holds = comparison.holds(for: record)
      return holds
    }
    return found ? holds : comparison.holdsForMissing
  }
}

extension Comparison {
  fileprivate func holds(for record: Record) -> Bool {
    switch target {
    case .version(let number): relation.holds(Self.order(record.version, number))
    case .createRevision(let revision):
      relation.holds(Self.order(record.createRevision, revision.number))
    case .modRevision(let revision):
      relation.holds(Self.order(record.info.modRevision, revision.number))
    case .lease(let number): relation.holds(Self.order(record.lease, number))
    case .value(let bytes):
      relation.holds(bytes.withUnsafeBytes { KeyOrder.compare(record.value, $0) })
    }
  }

  fileprivate var holdsForMissing: Bool {
    switch target {
    case .version(let number), .lease(let number): relation.holds(Self.order(0, number))
    case .createRevision(let revision), .modRevision(let revision):
      relation.holds(Self.order(0, revision.number))
    case .value: false
    }
  }

  private static func order(_ a: UInt64, _ b: UInt64) -> Int { a < b ? -1 : a == b ? 0 : 1 }
}

extension Comparison.Relation {
  /// - Parameter order: negative, zero or positive as the property is less, equal or greater.
  fileprivate func holds(_ order: Int) -> Bool {
    switch self {
    case .equal: order == 0
    case .notEqual: order != 0
    case .less: order < 0
    case .greater: order > 0
    }
  }
}
