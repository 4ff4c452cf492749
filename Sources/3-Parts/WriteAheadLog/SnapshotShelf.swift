internal import RaftTypes

/// The snapshot files of a directory, as recovery finds them.
struct SnapshotShelf {
  /// Snapshots that can be restored, newest first, at most two; the first one is verified to its
  /// last byte.
  let usable: [SnapshotFile]
  /// What the newest file claims by its name to be, usable or not.
  let newest: LogPosition?
  /// Further files, older than both usable ones.
  let surplus: [String]
  /// Files that a crash left unfinished, and received parts of what is no longer needed.
  let unfinished: [String]

  var hasLostNewest: Bool { usable.first?.descriptor.position != newest }

  init<Files: FileSystem>(
    _ files: Files, _ cluster: ClusterID, _ notes: inout [RecoveryNote]
  ) throws(LogFault) {
    let names: [String]
    do {
      names = try files.list(OnDiskFormat.snapshotDirectory).sorted()
    } catch {
      throw LogFault(error)
    }
    // By index and term, as numbers: names sort otherwise (pitfall 34).
    let positions = names.compactMap(SnapshotFormat.position).sorted { a, b in
      (a.index, a.term) > (b.index, b.term)
    }
    var usable: [SnapshotFile] = []
    var surplus: [String] = []
    for position in positions {
      guard usable.count < 2 else {
        surplus.append(SnapshotFormat.path(position))
        continue
      }
      if let file = try Self.read(files, position, cluster, whole: usable.isEmpty, &notes) {
        usable.append(file)
      }
    }
    self.usable = usable
    self.surplus = surplus
    newest = positions.first
    let reached = usable.first?.descriptor.position.index ?? .zero
    unfinished = names.filter { name in
      name.hasSuffix(".partial")
        || SnapshotFormat.receivingIndex(name: name).map { $0 <= reached } ?? false
    }.map { OnDiskFormat.snapshotDirectory + "/" + $0 }
  }

  private static func read<Files: FileSystem>(
    _ files: Files, _ position: LogPosition, _ cluster: ClusterID, whole: Bool,
    _ notes: inout [RecoveryNote]
  ) throws(LogFault) -> SnapshotFile? {
    let path = SnapshotFormat.path(position)
    do throws(LogFault) {
      let reader = try SnapshotReader(files, path: path)
      guard reader.descriptor.position == position else {
        throw LogFault.damaged(
          Damage(path: path, offset: 0, finding: "is of \(reader.descriptor.position)"))
      }
      guard reader.descriptor.cluster == cluster else {
        throw LogFault.foreign(
          path: path, found: "cluster \(reader.descriptor.cluster)",
          expected: "cluster \(cluster)")
      }
      if whole { try reader.verify() }
      return SnapshotFile(descriptor: reader.descriptor, path: path, size: reader.size)
    } catch {
      guard case .damaged(let damage) = error else { throw error }
      notes.append(
        .snapshotDamaged(path: path, offset: damage.offset, finding: damage.finding))
      return nil
    }
  }
}
