internal import Replica

/// The thread that answers long reads from views of the state: a range of a million keys is walked
/// here, while the loop goes on taking writes.
package final class ScanWorker: Sendable {
  private let worker: Worker<Scan>

  package init(_ mailbox: Mailbox) {
    worker = Worker { scans, _ in
      BackgroundPriority.take()
      for scan in scans { mailbox.post([scan.carryOut()]) }
    }
  }

  func submit(_ scans: [Scan]) { worker.submit(scans) }

  /// Ends the thread after the scans at hand; does not wait for them.
  package func stop() { worker.stop() }
}
