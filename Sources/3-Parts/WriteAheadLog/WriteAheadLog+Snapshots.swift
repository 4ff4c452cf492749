internal import RaftTypes

extension WriteAheadLog {
  /// Takes notice of a snapshot that a `SnapshotWriter` or `SnapshotReceiver` has finished, and
  /// gives up all but the newest two: by index, never by name or time (pitfall 34). A snapshot that
  /// is not newer than the newest is given up itself and changes nothing (pitfall 33). Orders
  /// remove what was given up.
  /// - Returns: whether it is the newest now.
  @discardableResult
  public func adopt(_ snapshot: SnapshotFile) throws(LogFault) -> Bool {
    try refuseIfPoisoned()
    guard !snapshots.contains(where: { $0.path == snapshot.path }) else { return false }
    let isNewest = snapshots.allSatisfy {
      $0.descriptor.position.index < snapshot.descriptor.position.index
    }
    let surplus = isNewest ? Array(snapshots.dropFirst()) : [snapshot]
    for file in surplus { spares.giveUp(snapshot: file.path) }
    if isNewest { snapshots = [snapshot] + snapshots.prefix(1) }
    return isNewest
  }

  /// A snapshot found no room: gives up the segments that wait to be used again, but for one.
  /// Orders remove them.
  public func makeRoom() { spares.makeRoom() }
}
