internal import RaftTypes

extension StoreView {
  /// The version that `record` superseded, if this state has it.
  ///
  /// A link may be cut by now, on another thread, if what it leads to was dropped before this view
  /// was made; so the link is followed only after it is known that it was not.
  func predecessor(of record: Record) -> Record? {
    unretainedPredecessor(of: record)?.takeUnretainedValue()
  }

  /// The same without a reference of its own: valid while this view and `record` are.
  func unretainedPredecessor(of record: Record) -> Unmanaged<Record>? {
    // In front of the first version of a key there can only be a tombstone, and a link to one is
    // never cut.
    if record.version == 1 {
      return record.unretainedSuperseded.flatMap { link in
        let isKept = link._withUnsafeGuaranteedRef { tombstone in
          keeps(Garbage.Item(record: tombstone, target: .tombstone))
        }
        return isKept ? link : nil
      }
    }
    guard keeps(Garbage.Item(record: record, target: .superseded)) else { return nil }
    return record.unretainedSuperseded
  }

  /// The version at `revision` of the key whose newest one is `newest`: a tombstone, if it was
  /// deleted then; nil, if it had never been written. One step a version that is newer, as in etcd.
  func version(at revision: UInt64, of newest: Record) -> Record? {
    var record = newest
    while record.info.modRevision > revision {
      guard let older = predecessor(of: record) else { return nil }
      record = older
    }
    return record
  }

  /// Whether it takes more than a moment to find the version at `revision`.
  func isFarBack(_ revision: UInt64, from newest: Record) -> Bool {
    var record = newest
    for _ in 0..<Limits.versionsAtOnce {
      guard record.info.modRevision > revision, let older = predecessor(of: record) else {
        return false
      }
      record = older
    }
    return true
  }

  // Versions are dropped in the order of garbage, so the last one tells of all others.
  private func keeps(_ item: Garbage.Item) -> Bool {
    lastDropped.map { $0.precedes(item) } ?? true
  }
}
