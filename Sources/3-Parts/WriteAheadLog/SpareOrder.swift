/// Work on files beside the log: a spare segment to be made, a file that is no longer needed to be
/// made one or removed. Each takes the time of a directory's sync or of 64 MiB of zeros, so it is
/// done on a thread that may wait, while the log goes on.
public struct SpareOrder: Hashable, Sendable {
  enum Work: Hashable, Sendable {
    case make
    /// A segment that nothing needs becomes a spare: its zeros, or old records, need no blocks.
    case recycle(path: String)
    case remove(path: String)
  }

  let work: Work
  let number: UInt64
  let size: Int

  /// Carries the work out, durably. On failure nothing remains of a spare that was to be made, and
  /// a file that was to go may still be there.
  /// - Parameter rest: see `StoredFile.allocate`.
  public func carryOut(
    on files: some FileSystem, rest: (Int) -> Void = { _ in }
  ) throws(FileFault) {
    switch work {
    case .make: try make(on: files, rest: rest)
    case .recycle(let path): try recycle(path, on: files)
    case .remove(let path): try remove(path, on: files)
    }
  }

  private func recycle(_ path: String, on files: some FileSystem) throws(FileFault) {
    let spare = OnDiskFormat.sparePath(number)
    try files.rename(path, to: spare)
    do {
      try files.syncDirectory(OnDiskFormat.logDirectory)
    } catch {
      // The next order for it looks for its old name.
      try? files.rename(spare, to: path)
      throw error
    }
  }

  // What is cut must have lost its name for good: a segment that is short after a crash would be
  // damage.
  private func remove(_ path: String, on files: some FileSystem) throws(FileFault) {
    let isSnapshot = path.hasPrefix(OnDiskFormat.snapshotDirectory + "/")
    let directory = isSnapshot ? OnDiskFormat.snapshotDirectory : OnDiskFormat.logDirectory
    let doomed = path + ".partial"
    var isRenamed = false
    do {
      try files.rename(path, to: doomed)
      isRenamed = true
    } catch {
      // An order that failed is carried out once more.
      guard case .notFound = error else { throw error }
    }
    try files.syncDirectory(directory)
    // Behind a sync that failed this one promises nothing for the name, so the file goes whole
    // (fsync(2), NOTES). And that it goes does not depend on how.
    if isRenamed { try? files.giveBackBlocks(of: doomed) }
    try files.discard(doomed)
    try files.syncDirectory(directory)
  }

  private func make(on files: some FileSystem, rest: (Int) -> Void) throws(FileFault) {
    let partial = OnDiskFormat.sparePath(number) + ".partial"
    try files.discard(partial)
    let file = try files.create(partial)
    do {
      try file.allocate(size, rest: rest)
      try file.sync()
      try files.rename(partial, to: OnDiskFormat.sparePath(number))
      try files.syncDirectory(OnDiskFormat.logDirectory)
    } catch {
      // The first fault is the one to report; what is left over is removed at the next start.
      try? files.discard(partial)
      throw error
    }
  }
}
