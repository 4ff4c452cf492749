import BinaryCodec
import Determinism
import RaftTypes

@testable import WriteAheadLog

/// Values that the tests share.
enum Sample {
  static let cluster = ClusterID(0xC1, epoch: 1)
  static let identity = DiskIdentity(
    cluster: cluster, node: NodeID(1), incarnation: DiskIncarnation(0xD1))
  /// What the disk is called once it has lost its ballot.
  static let renewal = DiskIncarnation(0xD2)
  static let membership = Membership(voters: [
    Member(
      id: NodeID(1), incarnation: DiskIncarnation(0xD1), peerAddress: "a:1", clientAddress: "a:2")
  ])
  static let genesis = Entry(
    position: position(0, 1), logTime: .zero, payload: .genesis(cluster, membership))
  /// Segments of eight sectors: six small groups fill one.
  static let options = LogOptions(segmentSize: 8 * 4096, reserveSize: 4096, spareLimit: 2)

  static func position(_ term: UInt64, _ index: UInt64) -> LogPosition {
    LogPosition(term: Term(term), index: LogIndex(index))
  }

  /// An entry whose bytes follow from its position and `salt`.
  static func entry(_ term: UInt64, _ index: UInt64, size: Int = 20, salt: UInt64 = 0) -> Entry {
    var dice = Dice(seed: term &* 1_000_003 &+ index &+ salt)
    let bytes = (0..<size).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
    return Entry(
      position: position(term, index), logTime: LogTime(milliseconds: index),
      payload: .command(bytes[...]))
  }

  static func entries(_ term: UInt64, _ range: ClosedRange<UInt64>, size: Int = 20) -> [Entry] {
    range.map { entry(term, $0, size: size) }
  }

  static func snapshot(_ term: UInt64, _ index: UInt64) -> SnapshotDescriptor {
    SnapshotDescriptor(
      position: position(term, index), logTime: LogTime(milliseconds: index),
      membership: membership, cluster: cluster, stateHash: index &* 31)
  }

  static func formatted() throws -> CrashableDisk {
    let disk = CrashableDisk()
    try WriteAheadLog.format(disk, identity, genesis: genesis, options)
    return disk
  }

  /// A formatted disk and its log.
  static func log() throws -> (CrashableDisk, WriteAheadLog<CrashableDisk>) {
    let disk = try formatted()
    return (disk, try open(disk).log)
  }

  /// A log of 2...last in term 1, one group an entry, with snapshots at `marks`; nothing that they
  /// replace is left of the snapshots, all of the log.
  static func log(
    to last: UInt64, marks: [UInt64], _ options: LogOptions = options
  ) throws -> (CrashableDisk, WriteAheadLog<CrashableDisk>) {
    let disk = try formatted()
    let log = try open(disk, options).log
    for index in 2...last {
      try log.append([entry(1, index)])
      try log.sync()
      if marks.contains(index) { try log.adopt(try write(disk, snapshot(1, index))) }
    }
    try log.clear(disk)
    return (disk, log)
  }

  static func open(
    _ disk: CrashableDisk, _ options: LogOptions = options, renewal: DiskIncarnation = renewal
  ) throws -> (log: WriteAheadLog<CrashableDisk>, recovery: Recovery) {
    switch try WriteAheadLog.open(disk, options, renewal: renewal) {
    case .opened(let log, let recovery): return (log, recovery)
    case .unformatted: throw Unformatted()
    }
  }

  struct Unformatted: Error {}

  /// What a restart recovers, the disk untouched.
  static func recover(_ disk: CrashableDisk) throws -> Recovery { try open(disk.copy()).recovery }

  /// Where the body of each entry's record begins.
  static func bodies(
    _ disk: CrashableDisk
  ) throws -> SortedMap<LogIndex, (path: String, offset: Int)> {
    var places: [(LogIndex, (path: String, offset: Int))] = []
    try LogInspection(disk).run { finding in
      guard case .record(let record, let entries) = finding else { return }
      let place = (path: record.path, offset: record.offset + OnDiskFormat.identitySize)
      for entry in entries { places.append((entry.index, place)) }
    }
    return SortedMap(places)
  }

  static func write(
    _ disk: CrashableDisk, _ snapshot: SnapshotDescriptor, raw: [UInt8] = [1, 2, 3]
  ) throws -> SnapshotFile {
    var writer = try SnapshotWriter(disk, snapshot)
    try writer.append(raw[...])
    return try writer.finish()
  }
}

extension Recovery {
  /// The sound entries.
  var entries: [Entry] {
    slots.compactMap { slot in
      guard case .entry(let entry) = slot else { return nil }
      return entry
    }
  }

  var faulty: [LogPosition] {
    slots.compactMap { slot in
      guard case .faulty(let position) = slot else { return nil }
      return position
    }
  }
}
