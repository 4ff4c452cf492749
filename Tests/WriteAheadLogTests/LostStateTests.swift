import Determinism
import RaftTypes
import Testing

@testable import WriteAheadLog

@Suite("A lost state")
struct LostStateTests {
  private static let path = "snapshots/snapshot-12-5"
  private static let target = Sample.snapshot(5, 12)

  /// A log that begins behind a received snapshot: nothing older replaces it.
  private func received() throws -> CrashableDisk {
    let (disk, log) = try Sample.log()
    try log.append(Sample.entries(1, 2...6))
    try log.sync()
    try log.adopt(try Sample.write(disk, Self.target, raw: [UInt8](repeating: 7, count: 9000)))
    try log.reset(to: Self.target)
    try log.append(Sample.entries(5, 13...20))
    try log.sync()
    return disk
  }

  /// The first chunk rots.
  private func lose(_ disk: CrashableDisk) {
    disk.flip(Self.path, bit: (SnapshotFormat.header(Self.target).count + 20) * 8)
  }

  private let lost = RecoveredState.lost(
    LostSnapshot(position: target.position, descriptor: target))

  @Test("pitfall 35: without a fallback the state is lost, and the log behind it is kept")
  func keepsTheLog() throws {
    let disk = try received()
    lose(disk)
    let (log, recovery) = try Sample.open(disk)
    #expect(recovery.state == lost && recovery.snapshot == nil)
    #expect(recovery.damaged == [Self.target.position])
    #expect(recovery.entries == Sample.entries(5, 13...20))
    #expect(recovery.notes.contains(.stateLost(at: Self.target.position)))
    // It goes on as a log, and stays lost until the state comes from elsewhere.
    try log.append([Sample.entry(6, 21)])
    try log.sync()
    let again = try Sample.recover(disk)
    #expect(again.state == lost && again.entries.last == Sample.entry(6, 21))
  }

  @Test("with older snapshot and log both gone the newest one is lost, not the log behind it")
  func ownSnapshot() throws {
    let (disk, log) = try Sample.log()
    for index in UInt64(2)...60 {
      try log.append([Sample.entry(1, index)])
      try log.sync()
      if index == 20 || index == 50 {
        try log.adopt(try Sample.write(disk, Sample.snapshot(1, index)))
      }
    }
    try log.compact(through: LogIndex(50))
    try log.clear(disk)
    for path in ["snapshots/snapshot-50-1", "snapshots/snapshot-20-1"] {
      disk.flip(path, bit: (SnapshotFormat.header(Sample.snapshot(1, 50)).count + 2) * 8)
    }
    let recovery = try Sample.open(disk).recovery
    let descriptor = Sample.snapshot(1, 50)
    #expect(
      recovery.state
        == .lost(LostSnapshot(position: descriptor.position, descriptor: descriptor)))
    #expect(recovery.damaged.map(\.index.number) == [50, 20])
    #expect(recovery.slots.first.map { $0.position.index <= LogIndex(20) } == true)
    #expect(recovery.entries.last == Sample.entry(1, 60))
  }

  @Test("an older snapshot is no fallback when an entry behind it rotted too")
  func rottenFallback() throws {
    let (disk, log) = try Sample.log()
    for index in UInt64(2)...30 {
      try log.append([Sample.entry(1, index)])
      try log.sync()
      if index == 10 || index == 20 {
        try log.adopt(try Sample.write(disk, Sample.snapshot(1, index)))
      }
    }
    let newest = Sample.snapshot(1, 20)
    disk.flip("snapshots/snapshot-20-1", bit: (SnapshotFormat.header(newest).count + 2) * 8)
    let places = try Sample.bodies(disk)
    // Below the older one and above the newest one rot does not matter to the state.
    for (index, isLost) in [(UInt64(5), false), (15, true), (25, false)] {
      let damaged = disk.copy()
      let place = try #require(places[LogIndex(index)])
      damaged.flip(place.path, bit: place.offset * 8)
      let recovery = try Sample.recover(damaged)
      #expect(recovery.faulty == [Sample.position(1, index)])
      if isLost {
        let lost = LostSnapshot(position: newest.position, descriptor: newest)
        #expect(recovery.state == .lost(lost))
      } else {
        #expect(recovery.snapshot?.descriptor == Sample.snapshot(1, 10))
      }
    }
  }

  @Test("the descriptor outlives either copy of the header")
  func descriptor() throws {
    let disk = try received()
    lose(disk)
    let tail = disk.bytes(Self.path).count - 1
    for bit in [40, tail * 8] {
      let damaged = disk.copy()
      damaged.flip(Self.path, bit: bit)
      #expect(try Sample.recover(damaged).state == lost)
    }
    disk.flip(Self.path, bit: 40)
    disk.flip(Self.path, bit: tail * 8)
    let state = RecoveredState.lost(
      LostSnapshot(position: Self.target.position, descriptor: nil))
    #expect(try Sample.recover(disk).state == state)
  }

  @Test("a log that a damaged snapshot should have replaced is replaced, and the state is lost")
  func interruptedReset() throws {
    for target in [Self.target, Sample.snapshot(5, 99)] {
      let (disk, log) = try Sample.log()
      try log.append(Sample.entries(1, 2...30))
      try log.sync()
      let file = try Sample.write(disk, target)
      try log.adopt(file)
      disk.flip(file.path, bit: (SnapshotFormat.header(target).count + 20) * 8)
      let (again, recovery) = try Sample.open(disk)
      #expect(
        recovery.state == .lost(LostSnapshot(position: target.position, descriptor: target)))
      #expect(recovery.slots.isEmpty && again.last == target.position)
      let later = try Sample.recover(disk)
      #expect(later.state == recovery.state && later.slots.isEmpty)
    }
  }

  @Test("a hole between a lost snapshot and the log is refused")
  func hole() throws {
    let disk = try received()
    lose(disk)
    let older = disk.bytes(Self.path)
    try disk.remove(Self.path)
    disk.setBytes("snapshots/snapshot-9-5", older)
    let fault = #expect(throws: LogFault.self) { _ = try Sample.open(disk) }
    guard case .damaged(let damage) = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
    #expect(damage.path == "wal" && damage.remedy == Damage.rejoin)
  }

  @Test("a snapshot that is received again ends the loss")
  func receivedAgain() throws {
    for target in [Self.target, Sample.snapshot(5, 18), Sample.snapshot(6, 40)] {
      let disk = try received()
      lose(disk)
      let log = try Sample.open(disk).log
      try log.adopt(try Sample.write(disk, target))
      if target.position.index > log.last.index { try log.reset(to: target) }
      let recovery = try Sample.recover(disk)
      #expect(recovery.snapshot?.descriptor == target && recovery.damaged.isEmpty)
    }
  }

  @Test("a condemned snapshot is never restored, and still says what is committed")
  func condemned() throws {
    let disk = try received()
    try SnapshotReader.condemn(disk, from: LogIndex(12))
    let recovery = try Sample.open(disk).recovery
    #expect(
      recovery.state
        == .lost(
          LostSnapshot(
            position: Self.target.position, descriptor: Self.target, isRepairable: false)))
    #expect(recovery.damaged.isEmpty && recovery.entries == Sample.entries(5, 13...20))
    // One of the same position that is right counts again.
    let log = try Sample.open(disk).log
    try log.adopt(try Sample.write(disk, Self.target))
    let again = try Sample.open(disk).recovery
    #expect(again.snapshot?.descriptor == Self.target)
    #expect(disk.names["snapshots/condemned-12-5"] == nil)
  }

  @Test("pitfall 52: a crash while a lost copy of the header is written anew loses nothing")
  func crashes() throws {
    let whole = try received()
    whole.flip(Self.path, bit: 40)
    let before = whole.steps
    _ = try Sample.open(whole)
    for step in 1...(whole.steps - before) {
      for seed in UInt64(1)...20 {
        let disk = try received()
        disk.flip(Self.path, bit: 40)
        disk.crashStep = disk.steps + step
        _ = try? Sample.open(disk)
        var dice = Dice(seed: seed)
        let found = disk.afterCrash(&dice)
        let recovery = try Sample.open(found).recovery
        #expect(recovery.snapshot?.descriptor == Self.target, "step \(step)")
        try SnapshotReader(found, path: Self.path).verify()
      }
    }
  }
}
