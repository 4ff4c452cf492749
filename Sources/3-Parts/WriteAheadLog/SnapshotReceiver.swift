public import BinaryCodec
public import RaftTypes

/// Takes a leader's snapshot file piece by piece, also over several connections and restarts, and
/// gives it its name only when the whole is verified.
public struct SnapshotReceiver<Files: FileSystem> {
  private let files: Files
  private let file: Files.File
  private let path: String
  /// What is being received.
  public let descriptor: SnapshotDescriptor
  /// Length of the whole file.
  public let size: Int
  /// Bytes that are here; the next piece begins at this offset.
  public private(set) var received: Int

  /// Begins, or goes on where an earlier receiver of the same snapshot stopped. What came of other
  /// snapshots is removed: a node receives one at a time.
  public init(
    _ files: Files, _ descriptor: SnapshotDescriptor, size: Int
  ) throws(LogFault) {
    self.files = files
    self.descriptor = descriptor
    self.size = size
    path = SnapshotFormat.receivingPath(descriptor.position, size: size)
    do {
      for name in try files.list(OnDiskFormat.snapshotDirectory)
      where SnapshotFormat.receivingIndex(name: name) != nil {
        let other = OnDiskFormat.snapshotDirectory + "/" + name
        if other != path { try files.discard(other) }
      }
      if try files.exists(path) {
        file = try files.open(path)
        received = min(try file.size(), size)
      } else {
        file = try files.create(path)
        received = 0
      }
    } catch {
      throw LogFault(error)
    }
  }

  /// Takes the bytes that stand at `offset` of the file. Bytes that are here already are ignored, a
  /// piece beyond `received` too: the sender asks `received` and goes on there.
  /// - Returns: `received` afterwards.
  @discardableResult
  public mutating func append(offset: Int, _ bytes: Bytes) throws(LogFault) -> Int {
    guard offset >= 0, offset <= received, bytes.count <= size, offset <= size - bytes.count else {
      return received
    }
    let fresh = bytes.dropFirst(received - offset)
    guard !fresh.isEmpty else { return received }
    do {
      try file.write(fresh, at: received)
    } catch {
      throw LogFault(error)
    }
    received += fresh.count
    return received
  }

  /// Verifies the whole, syncs it and gives it its name, durably. Hand the result to
  /// `WriteAheadLog.adopt`, then `reset` the log. Throws `.damaged` when the bytes are not that
  /// snapshot; then, and when the sync fails, they are gone, and the next receiver begins at 0.
  /// - Precondition: everything was received.
  public mutating func finish() throws(LogFault) -> SnapshotFile {
    precondition(received == size, "SnapshotReceiver: \(received) of \(size) bytes of \(path)")
    let final = SnapshotFormat.path(descriptor.position)
    do {
      try file.sync()
    } catch {
      // What was received counts as written now, and is not: nobody may find it whole.
      cancel()
      throw LogFault(error)
    }
    let whole: Int
    do throws(LogFault) {
      var reader = try SnapshotReader(files, path: path)
      guard reader.descriptor == descriptor else {
        throw LogFault.damaged(
          Damage(path: path, offset: 0, finding: "is of \(reader.descriptor.position)"))
      }
      // The sender's file may have lost a copy of its header since it was written.
      _ = try reader.settle()
      whole = try reader.currentSize()
    } catch {
      cancel()
      throw error
    }
    do {
      try files.rename(path, to: final)
      try files.syncDirectory(OnDiskFormat.snapshotDirectory)
    } catch {
      throw LogFault(error)
    }
    return SnapshotFile(descriptor: descriptor, path: final, size: whole)
  }

  /// Gives up: removes what was received.
  public mutating func cancel() {
    try? files.discard(path)
    received = 0
  }
}
