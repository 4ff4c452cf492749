internal import RaftTypes
internal import WriteAheadLog

/// Reads own snapshot files for clients that download them, piece by piece.
///
/// The file being read stays open to its end, so that a download can end although newer snapshots
/// have replaced it; with several downloads of several snapshots it is opened anew for each piece.
///
/// Unchecked: only the moving thread calls it.
final class SnapshotReading<Files: FileSystem & Sendable>: @unchecked Sendable {
  private let files: Files
  private var reader: SnapshotReader<Files>?

  init(files: Files) { self.files = files }

  func piece(_ position: LogPosition, at offset: UInt64, _ count: Int) -> SnapshotFilePiece? {
    do throws(LogFault) {
      if reader?.descriptor.position != position {
        reader = try SnapshotReader(files, snapshot: position)
      }
      guard let file = reader else { return nil }
      let start = min(Int(clamping: offset), file.size)
      let bytes = try file.fileBytes(count, at: start)
      if start + bytes.count == file.size { reader = nil }
      return SnapshotFilePiece(size: UInt64(file.size), bytes: bytes)
    } catch {
      reader = nil
      return nil
    }
  }
}

/// Bytes of a snapshot file, as they stand on the disk.
package struct SnapshotFilePiece: Sendable {
  /// Length of the whole file.
  package let size: UInt64
  /// Fewer than were asked for only where the file ends.
  package let bytes: [UInt8]
}
