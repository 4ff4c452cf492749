/// A spare segment that the log would like to have before it needs it. Zeroing 64 MiB takes a
/// while: any thread may carry the order out; the log's own thread then adopts it.
public struct SpareOrder: Hashable, Sendable {
  let number: UInt64
  let size: Int

  /// Writes and syncs the file and gives it its name. On failure nothing remains.
  public func carryOut(on files: some FileSystem) throws(FileFault) {
    let partial = OnDiskFormat.sparePath(number) + ".partial"
    try files.discard(partial)
    let file = try files.create(partial)
    do {
      try file.allocate(size)
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
