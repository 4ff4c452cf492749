internal import BinaryCodec
internal import Determinism
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

  /// Longest time that a node's end is put off for its last snapshot: supervisors allow several
  /// times more.
  private static var lastPatience: TimeSpan { .seconds(5) }

  /// - Parameter isStopping: asked before each chunk; what is half done then is given up.
  func perform(_ descriptor: SnapshotDescriptor, _ view: StoreView, isStopping: () -> Bool) {
    BackgroundPriority.take()
    do throws(LogFault) {
      // Until it stands all of the log since the mark before it stays in memory, and would be
      // applied once more by a start.
      let file = try write(
        view, by: SnapshotWriter(files, descriptor), rest: Leisure.pacing(storage.growth),
        until: isStopping)
      guard let file else { return }
      storage.adopt(file, then: .snapshotWritten(descriptor, bytes: UInt64(file.size)))
    } catch {
      log.error(
        "could not write the snapshot at index \(descriptor.position.index.number): \(error)")
      storage.snapshotFailed(error)
      mailbox.post([.snapshotFailed(descriptor.position)])
    }
  }

  /// Writes the snapshot of a node that has stopped. The log has everything too, so that it may be
  /// given up: what takes too long would only keep the next life from its start.
  func performLast(_ descriptor: SnapshotDescriptor, _ view: StoreView) {
    let end = BootClock.now() + Self.lastPatience
    do throws(LogFault) {
      let writer = try SnapshotWriter(files, descriptor, isAlone: true)
      let file = try write(view, by: writer, rest: { _ in }, until: { BootClock.now() >= end })
      let index = descriptor.position.index.number
      log.info(file == nil ? "gives up its last snapshot" : "wrote its last snapshot, at \(index)")
    } catch {
      log.error("could not write the last snapshot: \(error)")
    }
  }

  /// - Returns: nil when it was given up.
  private func write(
    _ view: StoreView, by writer: consuming SnapshotWriter<Files>,
    rest: (_ bytes: Int) -> Void, until isOver: () -> Bool
  ) throws(LogFault) -> SnapshotFile? {
    for chunk in SnapshotEncoder(view) {
      guard !isOver() else {
        writer.cancel()
        return nil
      }
      try writer.append(chunk[...])
      rest(chunk.count)
    }
    return try writer.finish()
  }
}
