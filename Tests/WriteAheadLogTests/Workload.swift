import Determinism
import RaftTypes

@testable import WriteAheadLog

/// A node's life as the log sees it, drawn from dice and told to an oracle.
struct Workload {
  private(set) var oracle = Oracle()
  private var dice: Dice
  private var term: UInt64 = 1
  private var snapshotIndex: UInt64 = 0

  init(seed: UInt64) { dice = Dice(seed: seed) }

  /// Formats `disk` and lives on it for some steps, or until the power fails.
  mutating func run(on disk: CrashableDisk, steps: Int = 30) throws {
    try WriteAheadLog.format(
      disk, Sample.identity, genesis: Sample.genesis, Sample.options)
    let log = try Sample.open(disk).log
    for _ in 0..<steps { try step(log, disk) }
  }

  private mutating func step(_ log: WriteAheadLog<CrashableDisk>, _ disk: CrashableDisk) throws {
    switch dice.below(16) {
    case 0...5: try append(log, from: log.last.index.number + 1)
    case 6: try replace(log)
    case 7...10:
      try log.sync()
      oracle.commitSync()
    case 11, 12: try ballot(log)
    case 13, 14: try snapshot(log, disk)
    default: try reset(log, disk)
    }
  }

  private mutating func append(
    _ log: WriteAheadLog<CrashableDisk>, from first: UInt64
  ) throws {
    let count = 1 + dice.below(5)
    let entries = (first..<first + count).map {
      Sample.entry(term, $0, size: Int(dice.below(dice.chance(1, in: 8) ? 12_000 : 300)))
    }
    oracle.note(entries)
    try log.append(entries)
  }

  // A new leader's entries replace what was not committed; what a snapshot covers was.
  private mutating func replace(_ log: WriteAheadLog<CrashableDisk>) throws {
    let last = log.last.index.number
    let lowest = max(snapshotIndex, 1) + 1
    guard last >= lowest else { return }
    term += 1
    try append(log, from: lowest + dice.below(last - lowest + 1))
  }

  private mutating func ballot(_ log: WriteAheadLog<CrashableDisk>) throws {
    term += 1
    let ballot = Ballot(term: Term(term), vote: dice.chance(1, in: 2) ? NodeID(2) : nil)
    oracle.trying(ballot)
    try log.saveBallot(ballot)
    oracle.saved()
  }

  private mutating func snapshot(
    _ log: WriteAheadLog<CrashableDisk>, _ disk: CrashableDisk
  ) throws {
    try log.sync()
    oracle.commitSync()
    guard log.last.index.number > snapshotIndex else { return }
    snapshotIndex = log.last.index.number
    let file = try Sample.write(disk, Sample.snapshot(log.last.term.number, snapshotIndex))
    oracle.finished(LogIndex(snapshotIndex))
    try log.adopt(file)
    try log.compact(through: LogIndex(snapshotIndex))
    if dice.chance(3, in: 4) { try log.clear(disk) }
  }

  // A snapshot from the leader, of entries that this log never had.
  private mutating func reset(
    _ log: WriteAheadLog<CrashableDisk>, _ disk: CrashableDisk
  ) throws {
    term += 1
    let target = Sample.snapshot(
      term, max(log.last.index.number, snapshotIndex) + dice.below(9) + 1)
    oracle.resetting(to: target.position.index)
    let file = try Sample.write(disk, target)
    oracle.finished(target.position.index)
    try log.adopt(file)
    try log.reset(to: target)
    oracle.reset(to: target.position)
    snapshotIndex = target.position.index.number
  }
}
