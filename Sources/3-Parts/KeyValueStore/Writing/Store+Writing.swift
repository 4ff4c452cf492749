internal import BinaryCodec
internal import ClientProtocol

extension Store {
  /// Puts one key at `revision`, which the caller makes the store's; returns the key as it was, if
  /// asked for.
  mutating func write(_ put: Put, at revision: Revision) -> KeyValue? {
    // Out of the closure, which would keep a copy of the whole put for them.
    let (lease, wantsPrevious) = (put.lease?.number ?? 0, put.wantsPrevious)
    return put.key.withUnsafeBytes { key in
      put.value.withUnsafeBytes { value in
        var added: Record?
        var replaced: Int?
        var previous: KeyValue?
        contents.live.insert(at: Position(key)) { present in
          replaced = present?.byteCount
          if wantsPrevious { previous = present.map { KeyValue($0) } }
          let record = Record.make(
            key: key, value: value,
            createRevision: present?.createRevision ?? revision.number,
            modRevision: revision.number, version: (present?.version ?? 0) + 1,
            lease: lease, superseding: present)
          added = record
          return record
        }
        if let added { account(for: added, replacing: replaced) }
        return previous
      }
    }
  }

  // - Parameter old: bytes of the version that it superseded; nil: the key did not exist.
  private mutating func account(for record: Record, replacing old: Int?) {
    contents.recordHash &+= record.stateHash
    contents.liveBytes += record.byteCount
    if let old {
      contents.liveBytes -= old
      contents.historyBytes += old
      contents.historyCount += 1
      garbage.append(supersededBy: record)
    } else if !contents.graves.isEmpty,
      let tombstone = contents.graves.remove(Position(record.key))
    {
      record.supersede(tombstone)
    }
  }

  /// Deletes the keys of a range at `revision`, which the caller makes the store's if there were
  /// any.
  mutating func remove(_ range: KeyRange, at revision: Revision) -> [Record] {
    var doomed: [Record] = []
    contents.forEachLive(in: range) { record in
      doomed.append(record)
      return true
    }
    for record in doomed {
      _ = contents.live.remove(Position(record.key))
      let tombstone = Record.tombstone(
        key: record.key, at: revision.number, superseding: record)
      contents.graves.insert(tombstone)
      contents.recordHash &+= tombstone.stateHash
      contents.liveBytes -= record.byteCount
      contents.historyBytes += record.byteCount + tombstone.byteCount
      contents.historyCount += 2
      garbage.append(supersededBy: tombstone)
      garbage.append(tombstone: tombstone)
    }
    return doomed
  }

  mutating func execute(_ delete: Delete, at revision: Revision) -> CommandResult {
    let most = Limits.previousBytes
    if delete.wantsPrevious, contents.liveBytes(in: delete.range, limit: most) > most {
      return result(.refused(.answerTooLong(limit: UInt64(most))))
    }
    let removed = remove(delete.range, at: revision)
    if !removed.isEmpty { contents.revision = revision }
    return result(
      .deleted(
        count: UInt64(removed.count),
        previous: delete.wantsPrevious ? removed.map { KeyValue($0) } : []))
  }

  /// Forgets the history before `revision`: it can no longer be read from now on, and its records
  /// are dropped with the entries that follow, a bounded number with each, so that no entry stalls
  /// the replica.
  mutating func compact(to revision: Revision) -> CommandResult {
    guard revision <= contents.revision else {
      return result(.refused(.futureRevision(current: contents.revision)))
    }
    guard revision > contents.compacted else {
      return result(.refused(.compacted(oldest: contents.oldestRevision)))
    }
    contents.compacted = revision
    return result(.compacted)
  }

  /// Drops a part of what a compaction allows to go.
  ///
  /// - Parameters: by how many milliseconds the entry moved log time, and how many versions it
  ///   added: both follow from the log, so that all replicas drop the same with the same entry.
  mutating func collectGarbage(elapsed: UInt64, added: Int) {
    let overTime = min(elapsed, Limits.collectedAtOnce / Limits.collectedPerMillisecond)
    let portion =
      Limits.collectedPerEntry + 2 * added + Int(overTime * Limits.collectedPerMillisecond)
    for _ in 0..<portion {
      guard let item = garbage.pop(compacted: contents.compacted.number) else { break }
      drop(item)
    }
    // Twice as fast as they are dropped, so that what waited for a view has an end, too.
    severance.settle(&contents.era, limit: 2 * portion)
  }

  private mutating func drop(_ item: Garbage.Item) {
    let dropped: Record
    switch item.target {
    case .superseded:
      guard let superseded = item.record.superseded else {
        preconditionFailure("Store: garbage at \(contents.appliedIndex) is not in its chain")
      }
      dropped = superseded
      severance.append(item.record)
    case .tombstone:
      dropped = item.record
      // Of a key that exists again it stays behind the first of the new versions until that goes:
      // a link to a tombstone is never cut.
      let position = Position(dropped.key)
      if contents.graves.find(position) === dropped { _ = contents.graves.remove(position) }
    }
    contents.recordHash &-= dropped.stateHash
    contents.historyBytes -= dropped.byteCount
    contents.historyCount -= 1
    contents.lastDropped = item
  }
}
