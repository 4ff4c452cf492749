package import Logging
package import RaftTypes
package import Replica
package import WriteAheadLog

/// The threads that read and write snapshot files: one writes this node's own, one moves those of
/// others, so that neither waits for the other, and the log for none of them. A third one looks
/// through what is at rest.
package final class SnapshotWorkers<Files: FileSystem & Sendable>: Sendable {
  private let writing: Worker<SnapshotJob>
  private let moving: Worker<Moving>
  private let scrubbing: Worker<Void>

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
    writing = Worker("snapshot-write") { jobs, _ in for job in jobs { writer.perform(job) } }
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
      case .write: writing.submit([job])
      case .send, .store, .condemn, .mend, .readPiece: moving.submit([.job(job)])
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

  /// Ends the threads after the jobs at hand; does not wait for them.
  package func stop() {
    scrubbing.stop()
    writing.stop()
    moving.stop()
  }
}
