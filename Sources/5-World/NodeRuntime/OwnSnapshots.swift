internal import BinaryCodec
internal import Determinism
import Glibc
internal import KeyValueStore
internal import Logging
internal import RaftTypes
internal import Replica
internal import WriteAheadLog

/// Writes this node's snapshots from immutable views, slowly enough that neither the loop nor the
/// log's syncs notice.
struct OwnSnapshots<Files: FileSystem & Sendable>: Sendable {
  let files: Files
  let storage: StorageWorker<Files>
  let mailbox: Mailbox
  let log: Logger

  /// Bytes of raw state a second. A disk of the slowest kind that a log is put on writes twice as
  /// fast.
  private static var bytesPerSecond: UInt64 { 96 << 20 }
  /// Rests so many times as long as a chunk took: a disk or a processor that others need is left to
  /// them for three quarters of the time.
  private static var restFactor: UInt64 { 3 }
  /// Bounds that rest, in times of what the pace allows a chunk: where others keep this thread from
  /// its work, resting longer for it would only make the snapshot late and the next mark skipped.
  private static var longestRest: UInt64 { 4 }

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
    var begun = BootClock.now()
    for chunk in SnapshotEncoder(view) {
      try writer.append(chunk[...])
      let work = BootClock.now().since(begun).nanoseconds / 1000
      let pace = UInt64(chunk.count) * 1_000_000 / Self.bytesPerSecond
      let rest = min(work * Self.restFactor, pace * Self.longestRest)
      usleep(UInt32(clamping: max(pace, rest)))
      begun = BootClock.now()
    }
    return try writer.finish()
  }
}
