internal import Determinism
public import RaftTypes

/// Reads what is at rest beside a log in use, and changes nothing: damage should be found while
/// other copies of it are whole, not when it is needed.
///
/// A file that is replaced or recycled meanwhile is no damage; a finding about it names what is
/// needed no more, and does no harm.
public struct Scrub<Files: FileSystem> {
  private let files: Files

  public init(_ files: Files) { self.files = files }

  /// The snapshots that are there, newest first.
  public func snapshots() throws(LogFault) -> [LogPosition] {
    try names(OnDiskFormat.snapshotDirectory).compactMap(SnapshotFormat.position)
      .sorted { $0.index > $1.index }
  }

  /// The sequences of the segments that are written no more, oldest first.
  public func sealedSegments() throws(LogFault) -> [UInt64] {
    try names(OnDiskFormat.logDirectory).compactMap(OnDiskFormat.segmentSequence).sorted()
      .dropLast()
  }

  /// The records of a segment whose bodies rotted, and the segment's size. Throws `.damaged` for
  /// what a start would refuse.
  public func rottenRecords(
    inSegment sequence: UInt64
  ) throws(LogFault) -> (records: [RecordDescription], size: Int) {
    var notes: [RecoveryNote] = []
    guard let identity = try IdentityFile.read(files, repairing: false, &notes) else {
      return ([], 0)
    }
    let header = try SegmentReader.header(files, sequence, identity)
    let reader = try SegmentReader(files, header)
    var scanner = reader.scanner()
    var rotten: [RecordDescription] = []
    while let found = try scanner.next() {
      if found.body == nil { rotten.append(RecordDescription(found, path: reader.path)) }
    }
    return (rotten, header.size)
  }

  private func names(_ directory: String) throws(LogFault) -> [String] {
    do { return try files.list(directory) } catch { throw LogFault(error) }
  }
}

extension WriteAheadLog {
  /// Writes the bodies of entries anew whose records rotted at rest: they are faulty slots of the
  /// file, though not of the running log. Durable after `sync`. Throws like `append`.
  /// - Precondition: the log holds exactly these entries.
  public func restore(_ entries: [Entry]) throws(LogFault) {
    for entry in entries where entry.index <= last.index { faulty[entry.index] = entry.term }
    try fill(entries)
  }
}
