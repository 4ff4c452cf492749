internal import BinaryCodec
internal import KeyValueStore
internal import Logging
internal import PeerProtocol
internal import RaftCore
internal import RaftTypes
internal import Replica
internal import WriteAheadLog

/// Reads own snapshots and old entries for followers that fell behind, and collects the snapshot
/// that a leader sends.
///
/// Unchecked: only the moving thread calls it.
final class SnapshotTransfers<Files: FileSystem & Sendable>: @unchecked Sendable {
  private let files: Files
  private let storage: StorageWorker<Files>
  private let mailbox: Mailbox
  private let chunkBytes: Int
  private let log: Logger
  /// The file being sent; kept open, so that it can be finished even when newer ones replace it.
  private var outgoing: SnapshotReader<Files>?
  private var incoming: SnapshotReceiver<Files>?
  /// What was received whole and is being installed: its sender may still ask.
  private var completed: LogPosition?
  private var repair: SnapshotMending<Files>
  private var entries: LogReader<Files>

  init(
    files: Files, storage: StorageWorker<Files>, mailbox: Mailbox, chunkBytes: Int, log: Logger
  ) {
    self.files = files
    self.storage = storage
    self.mailbox = mailbox
    self.chunkBytes = chunkBytes
    self.log = log
    repair = SnapshotMending(files)
    entries = LogReader(files)
  }

  func perform(_ job: SnapshotJob) {
    BackgroundPriority.take()
    switch job {
    case .write: break
    case .send(let send): read(send)
    case .store(let chunk): store(chunk)
    case .condemn(let index): condemn(index)
    case .mend(let position, let piece): mend(position, piece)
    case .recall(let recall): read(recall)
    case .readPiece(let request, let peer):
      mailbox.post([.pieceRead(SnapshotMending.piece(request, on: files), to: peer)])
    }
  }

  private func read(_ recall: Recall) {
    let read = entries.entries(at: recall.positions)
    if read.count < recall.positions.count {
      log.warning(
        """
        \(recall.positions.count - read.count) of \(recall.positions.count) entries from index \
        \(recall.positions[0].index.number) on cannot be read back from the log now
        """)
    }
    mailbox.post([.recalled(recall, read)])
  }

  private func mend(_ position: LogPosition, _ piece: SnapshotPiece?) {
    do throws(LogFault) {
      switch try repair.mend(position, piece) {
      case .progress(let progress): mailbox.post([.mending(position, progress)])
      case .mended(let file, let store):
        // First: the state that storage announces ends the repair, and with it the report.
        mailbox.post([.mending(position, .whole)])
        storage.adopt(file, then: .snapshotLoaded(file.descriptor, store))
      }
    } catch {
      log.warning("cannot mend the snapshot at index \(position.index.number) now: \(error)")
      mailbox.post([.mending(position, .stuck)])
    }
  }

  private func condemn(_ index: LogIndex) {
    do throws(LogFault) {
      try SnapshotReader.condemn(files, from: index)
    } catch {
      // The next comparison of hashes finds the state wrong again.
      log.warning("cannot remove the snapshots from index \(index.number) on: \(error)")
    }
  }

  private func read(_ send: SnapshotSend) {
    do throws(LogFault) {
      if outgoing?.descriptor != send.snapshot {
        outgoing = try SnapshotReader(files, snapshot: send.snapshot.position)
      }
      guard var reader = outgoing else { return }
      outgoing = nil
      let offset = min(Int(clamping: send.offset), reader.size)
      // Whoever has all of it is asked for nothing, and nothing is read for it.
      let bytes = offset < reader.size ? try reader.soundBytes(chunkBytes, at: offset) : []
      let chunk = SnapshotChunk(
        snapshot: send.snapshot, offset: UInt64(offset), size: UInt64(reader.size),
        bytes: bytes[...])
      // A file that stays open keeps its blocks when it is removed; one that is opened again is
      // read from its beginning.
      outgoing = offset < reader.size ? reader : nil
      mailbox.post([.chunkRead(chunk, to: send.to)])
    } catch {
      // Consensus asks again, with a newer snapshot if there is one.
      outgoing = nil
      if case .damaged = error { mailbox.post([.snapshotDamaged(send.snapshot.position)]) }
      log.warning(
        "cannot read the snapshot at index \(send.snapshot.position.index.number): \(error)")
    }
  }

  private func store(_ chunk: SnapshotChunk) {
    let position = chunk.snapshot.position
    guard completed != position else {
      mailbox.post([.chunkStored(position, received: chunk.size)])
      return
    }
    do throws(LogFault) {
      if incoming?.descriptor != chunk.snapshot || incoming?.size != Int(clamping: chunk.size) {
        incoming = try SnapshotReceiver(
          files, chunk.snapshot, size: Int(clamping: chunk.size))
      }
      guard var receiver = incoming else { return }
      incoming = nil
      try receiver.append(offset: Int(clamping: chunk.offset), chunk.bytes)
      mailbox.post([.chunkStored(position, received: UInt64(receiver.received))])
      if receiver.received == receiver.size {
        try complete(&receiver)
      } else {
        incoming = receiver
      }
    } catch {
      incoming = nil
      storage.snapshotFailed(error)
      log.error("cannot keep the leader's snapshot at index \(position.index.number): \(error)")
    }
  }

  private func complete(_ receiver: inout SnapshotReceiver<Files>) throws(LogFault) {
    let file = try receiver.finish()
    do throws(SnapshotLoading.Fault) {
      let store = try SnapshotLoading.load(file.path, on: files)
      completed = file.descriptor.position
      storage.adopt(file, then: .snapshotLoaded(file.descriptor, store))
    } catch {
      log.error("the snapshot \(file.path) is not usable: \(error)")
      // It has its final name by now, and would be found at the next start.
      try? files.remove(file.path)
    }
  }
}
