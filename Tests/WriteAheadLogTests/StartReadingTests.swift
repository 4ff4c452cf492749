import Determinism
import RaftTypes
import Testing

@testable import WriteAheadLog

@Suite("What a start reads, and how often")
struct StartReadingTests {
  private static let none = LogOptions(
    segmentSize: 8 * 4096, reserveSize: 4096, spareLimit: 2, readTail: 0)

  private func states(_ disk: CrashableDisk) throws -> (Recovery, [[UInt8]]) {
    var states: [[UInt8]] = []
    let opening = try WriteAheadLog.open(
      disk, Sample.options, renewal: Sample.renewal
    ) { reader throws(LogFault) in
      var state: [UInt8] = []
      while let chunk = try reader.next() { state += chunk }
      states.append(state)
    }
    guard case .opened(_, let recovery) = opening else { throw Sample.Unformatted() }
    return (recovery, states)
  }

  private func disk(entries: UInt64, snapshots: [UInt64]) throws -> CrashableDisk {
    let (disk, log) = try Sample.log()
    for index in 2...entries {
      try log.append([Sample.entry(1, index)])
      _ = try log.sync()
    }
    for index in snapshots {
      _ = try Sample.write(disk, Sample.snapshot(1, index), raw: [UInt8(index), 7])
    }
    return disk
  }

  @Test("the newest snapshot's state is handed over, and no other")
  func newest() throws {
    let (recovery, states) = try states(disk(entries: 9, snapshots: [4, 6]))
    #expect(states == [[6, 7]])
    #expect(recovery.snapshot?.descriptor.position == Sample.position(1, 6))
  }

  @Test("when the newest is damaged the one before it is handed over, and counts")
  func older() throws {
    let disk = try disk(entries: 9, snapshots: [4, 6])
    let path = SnapshotFormat.path(Sample.position(1, 6))
    let size = disk.bytes(path).count
    for bit in stride(from: 0, to: size * 8, by: 8) where disk.bytes(path)[bit / 8] != 0 {
      let broken = disk.copy()
      broken.flip(path, bit: bit)
      let (recovery, states) = try states(broken)
      let expected: UInt8 = recovery.snapshot?.path == path ? 6 : 4
      #expect(states.last == [expected, 7])
    }
  }

  @Test("entries that a snapshot covers for long are checked and not kept; those behind it are")
  func passedOver() throws {
    let disk = try disk(entries: 40, snapshots: [30])
    let whole = try Sample.recover(disk)
    let recovery = try Sample.open(disk.copy(), Self.none).recovery
    let first = try #require(recovery.slots.first?.position.index)
    #expect(first > LogIndex(2) && first <= LogIndex(30))
    #expect(recovery.slots == Array(whole.slots.suffix(recovery.slots.count)))
    #expect(recovery.state == whole.state && recovery.notes == whole.notes)
    let log = try Sample.open(disk.copy(), Self.none).log
    #expect(log.last == Sample.position(1, 40))
  }

  @Test("rot among them is still noticed, and stands in nobody's way")
  func rot() throws {
    let disk = try disk(entries: 40, snapshots: [30])
    let place = try #require(try Sample.bodies(disk)[LogIndex(3)])
    disk.flip(place.path, bit: place.offset * 8)
    let recovery = try Sample.open(disk, Self.none).recovery
    #expect(recovery.faulty.isEmpty)
    let rotten = recovery.notes.compactMap { note in
      if case .faultyRecord(_, _, let first, _) = note { first.index } else { nil }
    }
    #expect(rotten == [LogIndex(3)])
  }

  @Test("what was replaced later on is read again, with nothing passed over")
  func conflict() throws {
    let (disk, log) = try Sample.log()
    for index in UInt64(2)...30 {
      try log.append([Sample.entry(1, index)])
      _ = try log.sync()
    }
    // Another leader's entries take the place of all but the first.
    for index in UInt64(3)...40 {
      try log.append([Sample.entry(2, index)])
      _ = try log.sync()
    }
    _ = try Sample.write(disk, Sample.snapshot(2, 38))
    let whole = try Sample.recover(disk)
    let recovery = try Sample.open(disk.copy(), Self.none).recovery
    #expect(recovery.slots == whole.slots && recovery.state == whole.state)
    #expect(recovery.slots.last?.position == Sample.position(2, 40))
  }
}
