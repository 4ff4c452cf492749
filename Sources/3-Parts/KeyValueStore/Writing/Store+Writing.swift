internal import BinaryCodec
internal import ClientProtocol

extension Store {
  /// Puts one key at `revision`, which the caller makes the store's; returns the key as it was, if
  /// asked for.
  mutating func write(_ put: Put, at revision: Revision) -> KeyValue? {
    put.key.withUnsafeBytes { key in
      put.value.withUnsafeBytes { value in
        var hash: UInt64 = 0
        let old = contents.live.insert(at: Position(key)) { present in
          let record = Record.make(
            key: key, value: value,
            createRevision: present?.info.createRevision ?? revision.number,
            modRevision: revision.number, version: (present?.info.version ?? 0) + 1,
            lease: put.lease?.number ?? 0)
          hash = record.stateHash
          return record
        }
        contents.recordHash &+= hash
        contents.liveBytes += key.count + value.count
        guard let old else { return nil }
        contents.liveBytes -= old.byteCount
        supersede(old, at: revision)
        return put.wantsPrevious ? KeyValue(old) : nil
      }
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
      contents.liveBytes -= record.byteCount
      supersede(record, at: revision)
      let tombstone = Record.tombstone(key: record.key, at: revision.number)
      contents.recordHash &+= tombstone.stateHash
      supersede(tombstone, at: revision)
    }
    return doomed
  }

  mutating func execute(_ delete: Delete, at revision: Revision) -> CommandResult {
    if delete.wantsPrevious, contents.liveBytes(in: delete.range) > Limits.previousBytes {
      return result(.refused(.answerTooLong(limit: UInt64(Limits.previousBytes))))
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

  mutating func collectGarbage() {
    // By what is in every snapshot: all replicas must drop the same with the same entry.
    let share = contents.history.count / Limits.versionsPerCollected
    for _ in 0..<(Limits.collectedPerEntry + share) {
      guard let record = garbage.pop(compacted: contents.compacted.number) else { return }
      let removed = contents.history.remove(record.position)
      precondition(
        removed === record, "Store: garbage at \(contents.appliedIndex) is not in history")
      contents.recordHash &-= record.stateHash
      contents.historyBytes -= record.byteCount
    }
  }

  // Moves a record that is no longer the newest of its key, or a tombstone, into history.
  private mutating func supersede(_ record: Record, at revision: Revision) {
    _ = contents.history.insert(record, at: record.position)
    contents.historyBytes += record.byteCount
    garbage.append(record, dueAt: revision.number)
  }
}
