internal import BinaryCodec
internal import Determinism
import Glibc
internal import KeyValueStore
internal import Logging
internal import RaftTypes
internal import Replica
internal import WriteAheadLog

/// Writes this node's snapshots from immutable views, slowly enough that neither the loop nor the
/// log's syncs notice; only the last one, when there is neither any more, as fast as it can.
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

  /// Longest time that a node's end is put off for its last snapshot: supervisors allow several
  /// times more.
  private static var lastPatience: TimeSpan { .seconds(5) }

  /// - Parameter isStopping: asked before each chunk; what is half done then is given up.
  func perform(_ descriptor: SnapshotDescriptor, _ view: StoreView, isStopping: () -> Bool) {
    BackgroundPriority.take()
    do throws(LogFault) {
      guard let file = try write(descriptor, view, rest: rest(after:_:), until: isStopping) else {
        return
      }
      storage.adopt(file, then: .snapshotWritten(descriptor, bytes: UInt64(file.size)))
    } catch {
      log.error(
        "could not write the snapshot at index \(descriptor.position.index.number): \(error)")
      mailbox.post([.snapshotFailed(descriptor.position)])
    }
  }

  /// Writes the snapshot of a node that has stopped. The log has everything too, so that it may be
  /// given up: what takes too long would only keep the next life from its start.
  func performLast(_ descriptor: SnapshotDescriptor, _ view: StoreView) {
    let end = BootClock.now() + Self.lastPatience
    do throws(LogFault) {
      let file = try write(descriptor, view, rest: { _, _ in }, until: { BootClock.now() >= end })
      let index = descriptor.position.index.number
      log.info(file == nil ? "gives up its last snapshot" : "wrote its last snapshot, at \(index)")
    } catch {
      log.error("could not write the last snapshot: \(error)")
    }
  }

  /// - Returns: nil when it was given up.
  private func write(
    _ descriptor: SnapshotDescriptor, _ view: StoreView, rest: (_ bytes: Int, TimeSpan) -> Void,
    until isOver: () -> Bool
  ) throws(LogFault) -> SnapshotFile? {
    var writer = try SnapshotWriter(files, descriptor)
    var begun = BootClock.now()
    for chunk in SnapshotEncoder(view) {
      guard !isOver() else {
        writer.cancel()
        return nil
      }
      try writer.append(chunk[...])
      rest(chunk.count, BootClock.now().since(begun))
      begun = BootClock.now()
    }
    return try writer.finish()
  }

  private func rest(after bytes: Int, _ work: TimeSpan) {
    let pace = UInt64(bytes) * 1_000_000 / Self.bytesPerSecond
    let rest = min(work.nanoseconds / 1000 * Self.restFactor, pace * Self.longestRest)
    usleep(UInt32(clamping: max(pace, rest)))
  }
}
