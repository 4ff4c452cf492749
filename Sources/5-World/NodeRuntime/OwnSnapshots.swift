internal import BinaryCodec
internal import Determinism
import Glibc
internal import KeyValueStore
internal import Logging
internal import RaftTypes
internal import Replica
internal import WriteAheadLog

/// Writes this node's snapshots from immutable views, slowly enough that neither the loop nor the
/// log's syncs notice, unless the log outruns it; only the last one, when there is neither any
/// more, as fast as it can.
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

  /// Bytes of state that are written for each byte that the log grows by meanwhile, at least. The
  /// next mark comes when the log has grown by as much as the state has: then this snapshot has
  /// stood for three quarters of the way. Until it stands all of the log since the mark before it
  /// stays in memory, and would be applied once more by a start.
  private static var outrun: UInt64 { 4 }
  /// Longest time that a node's end is put off for its last snapshot: supervisors allow several
  /// times more.
  private static var lastPatience: TimeSpan { .seconds(5) }

  /// - Parameter isStopping: asked before each chunk; what is half done then is given up.
  func perform(_ descriptor: SnapshotDescriptor, _ view: StoreView, isStopping: () -> Bool) {
    BackgroundPriority.take()
    let before = storage.growth.bytes
    var written: UInt64 = 0
    do throws(LogFault) {
      let file = try write(
        view, by: SnapshotWriter(files, descriptor),
        rest: { bytes, work in
          written += UInt64(bytes)
          let grown = storage.growth.bytes - before
          if written >= grown * Self.outrun { rest(after: bytes, work) }
        }, until: isStopping)
      guard let file else { return }
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
      let writer = try SnapshotWriter(files, descriptor, isAlone: true)
      let file = try write(view, by: writer, rest: { _, _ in }, until: { BootClock.now() >= end })
      let index = descriptor.position.index.number
      log.info(file == nil ? "gives up its last snapshot" : "wrote its last snapshot, at \(index)")
    } catch {
      log.error("could not write the last snapshot: \(error)")
    }
  }

  /// - Returns: nil when it was given up.
  private func write(
    _ view: StoreView, by writer: consuming SnapshotWriter<Files>,
    rest: (_ bytes: Int, TimeSpan) -> Void, until isOver: () -> Bool
  ) throws(LogFault) -> SnapshotFile? {
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
