internal import RaftTypes
internal import WriteAheadLog

/// Reads own snapshot files for clients that download them, piece by piece.
///
/// The file being read stays open, so that a download can end although newer snapshots have
/// replaced it; with several downloads of several snapshots it is opened anew for each piece.
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
      guard let reader else { return nil }
      let start = min(Int(clamping: offset), reader.size)
      return SnapshotFilePiece(
        size: UInt64(reader.size), bytes: try reader.fileBytes(count, at: start))
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
