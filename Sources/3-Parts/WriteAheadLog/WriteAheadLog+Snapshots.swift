internal import RaftTypes

extension WriteAheadLog {
  /// Takes notice of a snapshot that a `SnapshotWriter` or `SnapshotReceiver` has finished, and
  /// removes all but the newest two: by index, never by name or time (pitfall 34). A snapshot that
  /// is not newer than the newest is removed itself and changes nothing (pitfall 33).
  /// - Returns: whether it is the newest now.
  @discardableResult
  public func adopt(_ snapshot: SnapshotFile) throws(LogFault) -> Bool {
    try refuseIfPoisoned()
    guard !snapshots.contains(where: { $0.path == snapshot.path }) else { return false }
    let isNewest = snapshots.allSatisfy {
      $0.descriptor.position.index < snapshot.descriptor.position.index
    }
    let surplus = isNewest ? Array(snapshots.dropFirst()) : [snapshot]
    do {
      for file in surplus { try files.discard(file.path) }
      if !surplus.isEmpty { try files.syncDirectory(OnDiskFormat.snapshotDirectory) }
    } catch {
      throw LogFault(error)
    }
    if isNewest { snapshots = [snapshot] + snapshots.prefix(1) }
    return isNewest
  }
}
