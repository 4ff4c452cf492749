internal import CProcess
internal import Determinism
import Glibc
internal import Logging

/// Gives the holes in the heap back to the kernel, once a snapshot has let the log before it go:
/// its entries stood between records that stay, and were a fifth of what a loaded node held.
///
/// Whoever allocates from an arena waits while that one is gone through, which takes 16 ms where
/// 130 of 600 MiB are holes. So it is done when hardly anything is written, and once a snapshot.
struct HeapTrimmer: Sendable {
  let growth: LogGrowth
  let log: Logger
  /// A tenth of the second that must be quiet, in microseconds: so often it looks whether to stop.
  var nap: UInt32 = 100_000

  /// The log grows by less than this in a second: clients write nothing to speak of.
  private static var quiet: UInt64 { 1 << 20 }

  /// Waits until nothing happens, and trims; gives up when told to stop.
  /// - Returns: whether it came to that.
  @discardableResult
  func run(until isStopping: () -> Bool) -> Bool {
    var before = growth.bytes
    repeat {
      before = growth.bytes
      for _ in 0..<10 {
        guard !isStopping() else { return false }
        usleep(nap)
      }
    } while growth.bytes - before >= Self.quiet
    let begun = BootClock.now()
    process_trim_heap()
    log.debug("trimmed the heap in \(BootClock.now().since(begun).nanoseconds / 1000) µs")
    return true
  }
}
