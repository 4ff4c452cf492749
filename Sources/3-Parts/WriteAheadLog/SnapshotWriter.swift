public import BinaryCodec
public import RaftTypes

/// Writes one snapshot, on a thread of its own, with its own file: the log is not touched. Until
/// `finish` nothing has the snapshot's name; what is abandoned is removed at the next start.
///
/// Throws `.diskFull` when there is no room, `.file` otherwise: the partial file is gone then, the
/// log is well, and another snapshot may be tried.
public struct SnapshotWriter<Files: FileSystem> {
  private let files: Files
  private let descriptor: SnapshotDescriptor
  private let file: Files.File
  private let partial: String
  private var pending: [UInt8] = []
  private var offset: Int
  private let unsynced: Int
  private var synced = 0
  private var checksum: UInt32
  private var totals = SnapshotTotals()
  private var packing = PackingPace()

  /// - Parameter isAlone: nobody's syncs wait behind this file's, which may be larger then.
  /// - Precondition: the snapshot covers at least the genesis; an empty one has no meaning (pitfall
  ///   38).
  public init(
    _ files: Files, _ descriptor: SnapshotDescriptor, isAlone: Bool = false
  ) throws(LogFault) {
    precondition(descriptor.position.index.number >= 1, "a snapshot of nothing")
    self.files = files
    self.descriptor = descriptor
    unsynced = isAlone ? Limits.snapshotUnsyncedAlone : Limits.snapshotUnsynced
    partial = SnapshotFormat.path(descriptor.position) + ".partial"
    let header = SnapshotFormat.header(descriptor)
    offset = header.count
    checksum = Checksum.crc32c(header)
    do {
      try files.discard(partial)
      file = try files.create(partial)
      try file.write(header[...], at: 0)
    } catch {
      throw Self.abandon(files, partial, error)
    }
  }

  /// Raw bytes written so far.
  public var rawBytes: UInt64 { totals.rawBytes + UInt64(pending.count) }

  /// Appends raw bytes of the state, as many as the caller has at hand.
  public mutating func append(_ bytes: Bytes) throws(LogFault) {
    var rest = bytes
    while !rest.isEmpty {
      let run = rest.prefix(Limits.snapshotChunk - pending.count)
      rest = rest.dropFirst(run.count)
      if run.count == Limits.snapshotChunk {
        try writeChunk(run)
      } else {
        pending.append(contentsOf: run)
        if pending.count == Limits.snapshotChunk { try writePending() }
      }
    }
  }

  /// Syncs the file and gives it its name, durably. Hand the result to `WriteAheadLog.adopt`.
  public mutating func finish() throws(LogFault) -> SnapshotFile {
    if !pending.isEmpty { try writePending() }
    let trailer = SnapshotFormat.trailer(totals, previous: checksum)
    let ending =
      trailer
      + SnapshotFormat.tail(
        after: offset + trailer.count, header: SnapshotFormat.header(descriptor))
    let path = SnapshotFormat.path(descriptor.position)
    do {
      try file.write(ending[...], at: offset)
      try file.sync()
      try files.rename(partial, to: path)
      try files.syncDirectory(OnDiskFormat.snapshotDirectory)
    } catch {
      throw Self.abandon(files, partial, error)
    }
    return SnapshotFile(descriptor: descriptor, path: path, size: offset + ending.count)
  }

  /// Gives up: removes what was written.
  public consuming func cancel() { try? files.discard(partial) }

  private mutating func writePending() throws(LogFault) {
    let chunk = pending
    pending = []
    try writeChunk(chunk[...])
  }

  private mutating func writeChunk(_ raw: Bytes) throws(LogFault) {
    let isTried = packing.isDue()
    let chunk = SnapshotFormat.chunk(raw, previous: checksum, effort: isTried ? .full : .least)
    if isTried {
      packing.wasTried(shrank: chunk.bytes.count <= PackingPace.room(for: raw.count))
    }
    do {
      try file.write(chunk.bytes[...], at: offset)
    } catch {
      throw Self.abandon(files, partial, error)
    }
    totals.count(raw)
    offset += chunk.bytes.count
    try syncNowAndThen()
    checksum = chunk.checksum
  }

  // One sync of the whole at the end would fill the disk's queue, and the log's syncs would wait
  // behind it.
  private mutating func syncNowAndThen() throws(LogFault) {
    guard offset - synced >= unsynced else { return }
    synced = offset
    do {
      try file.sync()
    } catch {
      throw Self.abandon(files, partial, error)
    }
  }

  private static func abandon(_ files: Files, _ partial: String, _ fault: FileFault) -> LogFault {
    try? files.discard(partial)
    return LogFault(fault)
  }
}
