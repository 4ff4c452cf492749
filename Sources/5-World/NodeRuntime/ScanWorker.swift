internal import Determinism
import Glibc
internal import Replica

/// The thread that answers long reads from views of the state: a range of a million keys is walked
/// here, while the loop goes on taking writes.
///
/// After each answer it rests: whoever reads one page does not notice, and whoever reads page after
/// page leaves the processors to those who write. What came too late is not read any more: a crowd
/// that asks again would have its dead questions answered for ever.
package final class ScanWorker: Sendable {
  private let worker: Worker<Scan>

  /// Rests so many times as long as a scan took.
  private static let restFactor: UInt64 = 3
  /// At most so many microseconds: the next reader is not to wait long for the one before.
  private static let longestRest: UInt64 = 50_000

  package init(_ mailbox: Mailbox) {
    worker = Worker("scans") { scans, _ in
      BackgroundPriority.take()
      for scan in scans {
        let begun = BootClock.now()
        mailbox.post([scan.carryOut(at: begun)])
        let work = BootClock.now().since(begun).nanoseconds / 1000
        usleep(UInt32(clamping: min(work * Self.restFactor, Self.longestRest)))
      }
    }
  }

  func submit(_ scans: [Scan]) { worker.submit(scans) }

  /// Ends the thread after the scans at hand; does not wait for them.
  package func stop() { worker.stop() }
}
