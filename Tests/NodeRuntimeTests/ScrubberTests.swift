import Logging
import NIOConcurrencyHelpers
import RaftTypes
import Replica
import Testing
import WriteAheadLog

@testable import NodeRuntime

@Suite("Scrubbing")
struct ScrubberTests {
  private static let options = LogOptions(segmentSize: 4 * 4096, reserveSize: 0, spareLimit: 1)
  private static let identity = DiskIdentity(
    cluster: ClusterID(1, epoch: 1), node: NodeID(1), incarnation: DiskIncarnation(1))
  private let told = NIOLockedValueBox<[ReplicaInput]>([])

  private func position(_ index: UInt64) -> LogPosition {
    LogPosition(term: Term(1), index: LogIndex(index))
  }

  private func entry(_ index: UInt64) -> Entry {
    Entry(
      position: position(index), logTime: .zero,
      payload: .command([UInt8](repeating: UInt8(index), count: 50)[...]))
  }

  private func open(_ disk: ScarceDisk) throws -> (WriteAheadLog<ScarceDisk>, Recovery) {
    guard
      case .opened(let log, let recovery) = try WriteAheadLog.open(
        disk, Self.options, renewal: DiskIncarnation(0xEE))
    else { throw FileFault.notFound(path: "identity") }
    return (log, recovery)
  }

  /// A log of ten entries in several segments, and a snapshot of the fifth.
  private func written() throws -> (ScarceDisk, WriteAheadLog<ScarceDisk>) {
    let disk = try ScarceDisk()
    try WriteAheadLog.format(disk, Self.identity, genesis: nil, Self.options)
    let (log, _) = try open(disk)
    for index in UInt64(1)...10 {
      try log.append([entry(index)])
      try log.sync()
    }
    var writer = try SnapshotWriter(
      disk,
      SnapshotDescriptor(
        position: position(5), logTime: .zero, membership: ScarceDisk.membership,
        cluster: Self.identity.cluster, stateHash: 7))
    try writer.append([UInt8](repeating: 3, count: 20_000)[...])
    try log.adopt(try writer.finish())
    return (disk, log)
  }

  private func flip(_ disk: ScarceDisk, _ path: String, at offset: Int) throws {
    let file = try disk.open(path)
    let byte = try file.read(1, at: offset)
    try file.write([byte[0] ^ 4], at: offset)
  }

  private func scrub(_ disk: ScarceDisk, rounds: Int = 1) {
    let mailbox = Mailbox(
      deliver: { [told] inputs in told.withLockedValue { $0 += inputs } }, failed: { _ in })
    let scrubber = Scrubber(files: disk, mailbox: mailbox, log: Logger(label: "test"))
    for _ in 0..<rounds { scrubber.round { _ in true } }
  }

  private var damagedSnapshots: [LogPosition] {
    told.withLockedValue { $0 }.compactMap {
      if case .snapshotDamaged(let position) = $0 { position } else { nil }
    }
  }
  private var damagedRecords: [[LogPosition]] {
    told.withLockedValue { $0 }.compactMap {
      if case .recordDamaged(let first, let last) = $0 { [first, last] } else { nil }
    }
  }

  @Test("a sound directory gives nothing to tell, and is not changed")
  func sound() throws {
    let (disk, _) = try written()
    scrub(disk)
    #expect(damagedSnapshots.isEmpty && damagedRecords.isEmpty)
  }

  @Test("a rotten snapshot is told, in its chunks and in either header", arguments: [10, 100, -5])
  func snapshot(offset: Int) throws {
    let (disk, _) = try written()
    let size = try disk.open("snapshots/snapshot-5-1").size()
    try flip(disk, "snapshots/snapshot-5-1", at: offset < 0 ? size + offset : offset)
    scrub(disk)
    #expect(damagedSnapshots == [position(5)])
  }

  @Test(
    "pitfall 49: a record that rotted at rest is told once, and written anew for the next start")
  func record() throws {
    let (disk, log) = try written()
    // The first record's body, behind the segment's header and the record's identity.
    try flip(disk, "wal/1.log", at: 4096 + 128 + 64 + 20)
    scrub(disk, rounds: 2)
    #expect(damagedRecords == [[position(1), position(1)]])
    try log.restore([entry(1)])
    try log.sync()
    let (_, recovery) = try open(disk)
    #expect(recovery.slots == (1...10).map { .entry(entry($0)) })
  }
}
