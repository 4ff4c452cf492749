import Determinism
import RaftTypes
import Testing

@testable import WriteAheadLog

/// Everything a log does in a node's life, once and in a fixed order: so that a power failure can
/// be put into every step of it.
struct ScriptedLife {
  private(set) var oracle = Oracle()
  private let disk: CrashableDisk

  init(on disk: CrashableDisk) { self.disk = disk }

  /// Lives it, or dies on the way.
  mutating func run() throws {
    try WriteAheadLog.format(
      disk, Sample.identity, genesis: Sample.genesis, Sample.options)
    var log = try Sample.open(disk).log
    try vote(log, term: 1, for: NodeID(1))
    try append(log, Sample.entries(1, 2...4))
    try append(log, [Sample.entry(1, 5, size: 9000)])
    // A conflict with what is synced, and one with what is not.
    try append(log, Sample.entries(2, 4...6))
    oracle.note(Sample.entries(2, 7...9))
    try log.append(Sample.entries(2, 7...9))
    try append(log, Sample.entries(3, 8...8))
    try vote(log, term: 4, for: nil)
    try vote(log, term: 4, for: NodeID(2))
    if let order = log.orderSpare() {
      try order.carryOut(on: disk)
      log.ended(order, isDone: true)
    }
    // Over several segments, with the first snapshots and compactions.
    for index in UInt64(9)...36 {
      try append(log, [Sample.entry(5, index, size: index % 5 == 0 ? 6000 : 100)])
      if index % 6 == 0 { try snapshot(log) }
    }
    log = try rotAndFill(log)
    try receive(log, Sample.snapshot(6, 60))
    for first in stride(from: UInt64(61), to: 85, by: 2) {
      try append(log, Sample.entries(6, first...first + 1, size: 500))
    }
    try append(log, Sample.entries(7, 83...83))
    try vote(log, term: 7, for: NodeID(3))
    log = try Sample.open(disk).log
    try append(log, Sample.entries(8, 84...85))
    try snapshot(log)
  }

  private typealias Log = WriteAheadLog<CrashableDisk>

  private mutating func append(_ log: Log, _ entries: [Entry]) throws {
    oracle.note(entries)
    try log.append(entries)
    try log.sync()
    oracle.commitSync()
  }

  private mutating func vote(_ log: Log, term: UInt64, for node: NodeID?) throws {
    let ballot = Ballot(term: Term(term), vote: node)
    oracle.trying(ballot)
    try log.saveBallot(ballot)
    oracle.saved()
  }

  private mutating func snapshot(_ log: Log) throws {
    let end = log.last
    let file = try Sample.write(disk, Sample.snapshot(end.term.number, end.index.number))
    oracle.finished(end.index)
    try log.adopt(file)
    try log.compact(through: end.index)
    try log.clear(disk)
  }

  /// The record that holds the last synced entry rots; the next life finds out, and is given it
  /// again.
  private mutating func rotAndFill(_ log: Log) throws -> Log {
    let victim = log.last
    var head: (path: String, offset: Int)?
    try LogInspection(disk).run { finding in
      if case .record(let record, _) = finding { head = (record.path, record.offset) }
    }
    let place = try #require(head)
    oracle.rot([victim])
    disk.flip(place.path, bit: (place.offset + 70) * 8)
    let (reopened, recovery) = try Sample.open(disk)
    #expect(recovery.faulty == [victim])
    // More is appended behind the slot before it is filled.
    try append(reopened, [Sample.entry(5, victim.index.number + 1)])
    let body = Sample.entry(
      victim.term.number, victim.index.number, size: victim.index.number % 5 == 0 ? 6000 : 100)
    try reopened.fill([body])
    try reopened.sync()
    oracle.healed()
    return reopened
  }

  /// A snapshot comes in pieces and replaces the log.
  private mutating func receive(_ log: Log, _ target: SnapshotDescriptor) throws {
    let sender = CrashableDisk()
    try WriteAheadLog.format(sender, Sample.identity, genesis: nil, Sample.options)
    let raw = SnapshotFileTests.raw(20_000, compressible: false)
    let reader = try SnapshotReader(sender, path: Sample.write(sender, target, raw: raw).path)
    var receiver = try SnapshotReceiver(disk, target, size: reader.size)
    while receiver.received < reader.size {
      let piece = try reader.fileBytes(9000, at: receiver.received)
      try receiver.append(offset: receiver.received, piece[...])
    }
    oracle.resetting(to: target.position.index)
    let file = try receiver.finish()
    oracle.finished(target.position.index)
    try log.adopt(file)
    try log.reset(to: target)
    oracle.reset(to: target.position)
  }
}
