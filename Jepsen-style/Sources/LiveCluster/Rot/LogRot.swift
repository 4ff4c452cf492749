internal import Determinism
internal import Faults
internal import Glibc
internal import PosixStorage
internal import RaftTypes
internal import WriteAheadLog

/// Rot in the records and snapshots of a data directory whose node is down, one bit in each place.
///
/// Records are found by the log's own reader: what a record holds decides whether it may rot, so
/// that of every entry one node keeps a sound copy.
struct LogRot {
  private let data: String
  private let files: PosixFileSystem
  private var dice: Dice

  init(_ data: String, _ dice: Dice) {
    self.data = data
    self.dice = dice
    files = PosixFileSystem(root: data, access: .readOnly)
  }

  /// Flips one bit in the body of each record all of whose entries `mayRot` gives away; returns
  /// how many bytes those bodies have.
  mutating func rotRecords(_ mayRot: (LogIndex) -> Bool) throws(LiveFailure) -> Int {
    var bytes = 0
    for record in try records() where !record.isFill && record.stored > 0 {
      guard
        (record.first.index.number...record.last.index.number).allSatisfy({
          mayRot(LogIndex($0))
        })
      else { continue }
      // Behind the head; its copy and the next record's head stand in other sectors.
      let body = record.offset + 64
      try flip(record.path, body + Int(dice.below(UInt64(record.stored))))
      bytes += record.stored
    }
    return bytes
  }

  /// Flips one bit in each slice of a snapshot that `mayRot` gives away; returns how many bytes
  /// those slices have.
  mutating func rot(
    _ snapshot: SnapshotFile, slice: Int, _ mayRot: (Int) -> Bool
  ) throws(LiveFailure) -> Int {
    var bytes = 0
    for (number, start) in stride(from: 0, to: snapshot.size, by: slice).enumerated()
    where mayRot(number) {
      let length = min(slice, snapshot.size - start)
      try flip(snapshot.path, start + Int(dice.below(UInt64(length))))
      bytes += length
    }
    return bytes
  }

  /// The entries of the log and the newest snapshot that is sound.
  func holdings() throws(LiveFailure) -> RotPlan.Holdings {
    var holdings = RotPlan.Holdings()
    try inspect { finding in
      switch finding {
      case .snapshot(let file): holdings.snapshot = file
      case .record(let record, _) where !record.isFill:
        let indexes = record.first.index.number...record.last.index.number
        holdings.first = min(holdings.first ?? .max, indexes.lowerBound)
        holdings.last = max(holdings.last, indexes.upperBound)
      default: break
      }
    }
    return holdings
  }

  /// What the node still lacks: rotten records that no later one fills and no sound snapshot
  /// covers, and snapshots that rotted with no newer one sound.
  func unrepaired() throws(LiveFailure) -> [String] {
    var rotten: [RecordDescription] = []
    var filled: Set<UInt64> = []
    var damages: [Damage] = []
    var covered: UInt64 = 0
    try inspect { finding in
      switch finding {
      case .faulty(let record): rotten.append(record)
      case .record(let record, let entries) where record.isFill:
        filled.formUnion(entries.map(\.position.index.number))
      case .snapshot(let file): covered = max(covered, file.descriptor.position.index.number)
      case .damage(let damage): damages.append(damage)
      default: break
      }
    }
    let left = rotten.filter { record in
      (record.first.index.number...record.last.index.number).contains {
        $0 > covered && !filled.contains($0)
      }
    }
    damages.removeAll { Self.snapshotIndex($0.path).map { $0 <= covered } ?? false }
    return left.map { "\($0.path): \($0.first)" } + damages.map { "\($0.path): \($0.finding)" }
  }

  /// Of `snapshots/snapshot-<index>-<term>`.
  private static func snapshotIndex(_ path: String) -> UInt64? {
    let parts = path.split(separator: "-")
    return parts.count == 3 && parts[0] == "snapshots/snapshot" ? UInt64(parts[1]) : nil
  }

  private func records() throws(LiveFailure) -> [RecordDescription] {
    var records: [RecordDescription] = []
    try inspect { finding in
      if case .record(let record, _) = finding { records.append(record) }
    }
    return records
  }

  private func inspect(_ visit: (LogFinding) -> Void) throws(LiveFailure) {
    do {
      try LogInspection(files).run(visit)
    } catch {
      throw LiveFailure("\(data) cannot be read: \(error)")
    }
  }

  private mutating func flip(_ path: String, _ place: Int) throws(LiveFailure) {
    let descriptor = open(data + "/" + path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw TextFile.failure("open", path) }
    defer { close(descriptor) }
    var byte: UInt8 = 0
    guard pread(descriptor, &byte, 1, off_t(place)) == 1 else {
      throw TextFile.failure("read", path)
    }
    byte ^= 1 << UInt8(dice.below(8))
    guard pwrite(descriptor, &byte, 1, off_t(place)) == 1 else {
      throw TextFile.failure("write", path)
    }
  }
}
