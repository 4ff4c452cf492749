internal import BinaryCodec
import Glibc
internal import Logging
internal import RaftTypes
internal import Replica
internal import WriteAheadLog

/// Looks through everything at rest, again and again, slowly: a snapshot or a record that nobody
/// reads may rot unseen until the last other copy is gone.
///
/// Unchecked: only the scrubbing thread calls it.
final class Scrubber<Files: FileSystem & Sendable>: @unchecked Sendable {
  private let files: Files
  private let mailbox: Mailbox
  private let log: Logger
  /// Records that were reported in this life: once written anew, the old place stays rotten.
  private var reported: Set<String> = []

  /// Bytes a second: a tenth of the slowest disk that a log is put on.
  private static var bytesPerSecond: Int { 8 << 20 }
  /// Between two rounds, in seconds. Disks rot over months; their owner should know within an hour.
  private static var pause: Int { 600 }
  /// So often, in microseconds, it looks whether to stop.
  private static var nap: UInt32 { 100_000 }

  init(files: Files, mailbox: Mailbox, log: Logger) {
    self.files = files
    self.mailbox = mailbox
    self.log = log
  }

  /// Scrubs until told to stop.
  func run(until isStopping: () -> Bool) {
    BackgroundPriority.take()
    while rest(seconds: Self.pause, isStopping) {
      round { bytes in self.rest(bytes: bytes, isStopping) }
    }
  }

  /// Looks at everything once.
  /// - Parameter goesOn: told how many bytes were read; false ends the round.
  func round(_ goesOn: (Int) -> Bool) {
    do throws(LogFault) {
      for position in try Scrub(files).snapshots() {
        guard snapshot(position, goesOn) else { return }
      }
      for sequence in try Scrub(files).sealedSegments() {
        guard segment(sequence, goesOn) else { return }
      }
    } catch {
      log.debug("cannot look through the data directory: \(error)")
    }
  }

  private func snapshot(_ position: LogPosition, _ goesOn: (Int) -> Bool) -> Bool {
    do throws(LogFault) {
      var reader = try SnapshotReader(files, snapshot: position)
      while let chunk = try reader.next() {
        guard goesOn(chunk.count) else { return false }
      }
      if !(try reader.hasBothHeaders()) { mailbox.post([.snapshotDamaged(position)]) }
    } catch {
      if case .damaged = error { mailbox.post([.snapshotDamaged(position)]) }
    }
    return true
  }

  private func segment(_ sequence: UInt64, _ goesOn: (Int) -> Bool) -> Bool {
    var size = 0
    do throws(LogFault) {
      let found = try Scrub(files).rottenRecords(inSegment: sequence)
      size = found.size
      for record in found.records {
        guard reported.insert("\(record.path)@\(record.offset)").inserted else { continue }
        log.warning("\(record.path): the record at byte \(record.offset) has rotted")
        mailbox.post([.recordDamaged(first: record.first, last: record.last)])
      }
    } catch {
      // Recycled meanwhile, or more than a body is gone: then the next start says so.
      log.debug("segment \(sequence): \(error)")
    }
    return goesOn(size)
  }

  private func rest(bytes: Int, _ isStopping: () -> Bool) -> Bool {
    rest(microseconds: bytes * 1_000_000 / Self.bytesPerSecond, isStopping)
  }

  private func rest(seconds: Int, _ isStopping: () -> Bool) -> Bool {
    rest(microseconds: seconds * 1_000_000, isStopping)
  }

  private func rest(microseconds: Int, _ isStopping: () -> Bool) -> Bool {
    var left = microseconds
    while left > 0 {
      if isStopping() { return false }
      usleep(min(UInt32(clamping: left), Self.nap))
      left -= Int(Self.nap)
    }
    return !isStopping()
  }
}
