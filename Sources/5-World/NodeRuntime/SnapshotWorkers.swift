package import KeyValueStore
package import Logging
package import RaftTypes
package import Replica
package import WriteAheadLog

/// The threads that read and write snapshot files: one writes this node's own, one moves those of
/// others, so that neither waits for the other, and the log for none of them. A third one looks
/// through what is at rest.
package final class SnapshotWorkers<Files: FileSystem & Sendable>: Sendable {
  private let writing: Worker<Writing>
  private let moving: Worker<Moving>
  private let scrubbing: Worker<Void>

  /// What the writing thread is asked to do.
  private enum Writing: Sendable {
    case own(SnapshotDescriptor, StoreView)
    case last(SnapshotDescriptor, StoreView)
  }

  /// What the moving thread is asked to do.
  private enum Moving: Sendable {
    case job(SnapshotJob)
    case read(LogPosition, at: UInt64, Int, @Sendable (SnapshotFilePiece?) -> Void)
  }

  /// - Parameter chunkBytes: how much of a snapshot travels in one message.
  package init(
    on files: Files, storage: StorageWorker<Files>, mailbox: Mailbox, chunkBytes: Int,
    log: Logger
  ) {
    let writer = OwnSnapshots(files: files, storage: storage, mailbox: mailbox, log: log)
    writing = Worker("snapshot-write") { jobs, worker in
      for job in jobs {
        switch job {
        case .own(let snapshot, let view):
          writer.perform(snapshot, view) { worker.isStopping }
        case .last(let snapshot, let view): writer.performLast(snapshot, view)
        }
      }
    }
    let mover = SnapshotTransfers(
      files: files, storage: storage, mailbox: mailbox, chunkBytes: chunkBytes, log: log)
    let reading = SnapshotReading(files: files)
    let scrubber = Scrubber(files: files, mailbox: mailbox, log: log)
    scrubbing = Worker("scrub") { _, worker in scrubber.run { worker.isStopping } }
    moving = Worker("snapshot-move") { jobs, _ in
      for job in jobs {
        switch job {
        case .job(let job): mover.perform(job)
        case .read(let position, let offset, let count, let answer):
          BackgroundPriority.take()
          answer(reading.piece(position, at: offset, count))
        }
      }
    }
  }

  /// Begins to look through everything at rest, slowly, until `stop`.
  package func startScrubbing() { scrubbing.submit([()]) }

  /// Hands each job to its thread; what comes of it is an input for the loop.
  package func submit(_ jobs: [SnapshotJob]) {
    for job in jobs {
      switch job {
      case .write(let snapshot, let view): writing.submit([.own(snapshot, view)])
      case .send, .store, .condemn, .mend, .recall, .readPiece: moving.submit([.job(job)])
      }
    }
  }

  /// Reads bytes of an own snapshot's file for a client.
  /// - Parameters:
  ///   - count: at most so many bytes.
  ///   - answer: called once, on the moving thread; nil when the file is not there, or unreadable.
  ///     Not called any more after `stop`.
  package func read(
    _ position: LogPosition, at offset: UInt64, _ count: Int,
    _ answer: @escaping @Sendable (SnapshotFilePiece?) -> Void
  ) {
    moving.submit([.read(position, at: offset, count, answer)])
  }

  /// Ends the threads after the jobs at hand, of which an own snapshot is given up.
  ///
  /// - Parameters:
  ///   - last: is written before `done`, at full speed and for a bounded time.
  ///   - done: called on the writing thread.
  package func stop(
    writing last: (SnapshotDescriptor, StoreView)? = nil,
    _ done: @escaping @Sendable () -> Void = {}
  ) {
    scrubbing.stop()
    if let last { writing.submit([.last(last.0, last.1)]) }
    writing.stop(done)
    moving.stop()
  }
}
