internal import BinaryCodec
import Glibc
internal import KeyValueStore
internal import Logging
internal import RaftTypes
internal import Replica
internal import WriteAheadLog

/// Writes this node's snapshots from immutable views, slowly enough that the log's syncs do not
/// notice.
struct OwnSnapshots<Files: FileSystem & Sendable>: Sendable {
  let files: Files
  let storage: StorageWorker<Files>
  let mailbox: Mailbox
  let log: Logger

  /// Bytes of raw state a second. A disk of the slowest kind that a log is put on writes twice as
  /// fast.
  private static var bytesPerSecond: UInt64 { 96 << 20 }

  func perform(_ job: SnapshotJob) {
    guard case .write(let descriptor, let view) = job else { return }
    BackgroundPriority.take()
    do throws(LogFault) {
      let file = try write(descriptor, view)
      storage.adopt(file, then: .snapshotWritten(descriptor, bytes: UInt64(file.size)))
    } catch {
      log.error(
        "could not write the snapshot at index \(descriptor.position.index.number): \(error)")
      mailbox.post([.snapshotFailed(descriptor.position)])
    }
  }

  private func write(
    _ descriptor: SnapshotDescriptor, _ view: StoreView
  ) throws(LogFault) -> SnapshotFile {
    var writer = try SnapshotWriter(files, descriptor)
    for chunk in SnapshotEncoder(view) {
      try writer.append(chunk[...])
      usleep(UInt32(UInt64(chunk.count) * 1_000_000 / Self.bytesPerSecond))
    }
    return try writer.finish()
  }
}
