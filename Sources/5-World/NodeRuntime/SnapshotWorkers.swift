package import Logging
package import Replica
package import WriteAheadLog

/// The threads that read and write snapshot files: one writes this node's own, one moves those of
/// others, so that neither waits for the other, and the log for none of them.
package final class SnapshotWorkers<Files: FileSystem & Sendable>: Sendable {
  private let writing: Worker<SnapshotJob>
  private let moving: Worker<SnapshotJob>

  /// - Parameter chunkBytes: how much of a snapshot travels in one message.
  package init(
    on files: Files, storage: StorageWorker<Files>, mailbox: Mailbox, chunkBytes: Int,
    log: Logger
  ) {
    let writer = OwnSnapshots(files: files, storage: storage, mailbox: mailbox, log: log)
    writing = Worker { jobs, _ in for job in jobs { writer.perform(job) } }
    let mover = SnapshotTransfers(
      files: files, storage: storage, mailbox: mailbox, chunkBytes: chunkBytes, log: log)
    moving = Worker { jobs, _ in for job in jobs { mover.perform(job) } }
  }

  /// Hands each job to its thread; what comes of it is an input for the loop.
  package func submit(_ jobs: [SnapshotJob]) {
    for job in jobs {
      switch job {
      case .write: writing.submit([job])
      case .send, .store, .condemn, .mend, .readPiece: moving.submit([job])
      }
    }
  }

  /// Ends both threads after the jobs at hand; does not wait for them.
  package func stop() {
    writing.stop()
    moving.stop()
  }
}
