internal import RaftTypes

/// The snapshot files of a directory, as recovery finds them.
struct SnapshotShelf {
  /// Snapshots that can be restored, newest first, at most two; the first one is verified to its
  /// last byte.
  let usable: [SnapshotFile]
  /// What is damaged and newer than that, newest first.
  let damaged: [LostSnapshot]
  /// Further files, older than what is usable.
  let surplus: [String]
  /// Files that a crash left unfinished, and received parts of what is no longer needed.
  let unfinished: [String]

  /// The newest snapshot, if it is damaged.
  var lost: LostSnapshot? { damaged.first }
  /// The term of the newest snapshot, usable or not.
  var term: Term { (lost?.position ?? usable.first?.descriptor.position)?.term ?? .zero }

  /// - Parameter restore: see `WriteAheadLog.open`.
  init<Files: FileSystem>(
    _ files: Files, _ cluster: ClusterID, _ notes: inout [RecoveryNote],
    restoring restore: (inout SnapshotReader<Files>) throws(LogFault) -> Void
  ) throws(LogFault) {
    let names: [String]
    do {
      names = try files.list(OnDiskFormat.snapshotDirectory).sorted()
    } catch {
      throw LogFault(error)
    }
    // By index and term, as numbers: names sort otherwise (pitfall 34).
    let found = names.compactMap(SnapshotFormat.Name.init).sorted { a, b in
      (a.position.index, a.position.term, b.isCondemned ? 1 : 0)
        > (b.position.index, b.position.term, a.isCondemned ? 1 : 0)
    }
    var usable: [SnapshotFile] = []
    var damaged: [LostSnapshot] = []
    var surplus: [String] = []
    for name in found {
      if usable.count < 2, !name.isCondemned,
        let file = try Self.read(
          files, name.position, cluster, whole: usable.isEmpty, &notes, restoring: restore)
      {
        usable.append(file)
      } else if usable.isEmpty {
        damaged.append(Self.lost(files, name, cluster))
      } else {
        surplus.append(name.path)
      }
    }
    self.usable = usable
    self.damaged = damaged
    self.surplus = surplus
    let reached = usable.first?.descriptor.position.index ?? .zero
    unfinished = names.filter { name in
      name.hasSuffix(".partial")
        || SnapshotFormat.receivingIndex(name: name).map { $0 <= reached } ?? false
    }.map { OnDiskFormat.snapshotDirectory + "/" + $0 }
  }

  private static func read<Files: FileSystem>(
    _ files: Files, _ position: LogPosition, _ cluster: ClusterID, whole: Bool,
    _ notes: inout [RecoveryNote],
    restoring restore: (inout SnapshotReader<Files>) throws(LogFault) -> Void
  ) throws(LogFault) -> SnapshotFile? {
    let path = SnapshotFormat.path(position)
    do throws(LogFault) {
      var reader = try SnapshotReader(files, path: path)
      guard reader.descriptor.position == position else {
        throw LogFault.damaged(
          Damage(path: path, offset: 0, finding: "is of \(reader.descriptor.position)"))
      }
      guard reader.descriptor.cluster == cluster else {
        throw LogFault.foreign(
          path: path, found: "cluster \(reader.descriptor.cluster)",
          expected: "cluster \(cluster)")
      }
      if whole, let lost = try reader.settle(restoring: restore) {
        notes.append(
          lost.isWritten
            ? .copyRewritten(path: path, copy: lost.copy) : .copyLost(path: path, copy: lost.copy))
        return SnapshotFile(
          descriptor: reader.descriptor, path: path, size: try reader.currentSize())
      }
      return SnapshotFile(descriptor: reader.descriptor, path: path, size: reader.size)
    } catch {
      guard case .damaged(let damage) = error else { throw error }
      notes.append(
        .snapshotDamaged(path: path, offset: damage.offset, finding: damage.finding))
      return nil
    }
  }

  // Its header may be sound, and say who the members are.
  private static func lost<Files: FileSystem>(
    _ files: Files, _ name: SnapshotFormat.Name, _ cluster: ClusterID
  ) -> LostSnapshot {
    let descriptor = (try? SnapshotReader(files, path: name.path))?.descriptor
    let isRight = descriptor?.position == name.position && descriptor?.cluster == cluster
    return LostSnapshot(
      position: name.position, descriptor: isRight ? descriptor : nil,
      isRepairable: !name.isCondemned)
  }
}
