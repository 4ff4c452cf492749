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

  @Test("entries that a snapshot covers for long are not read; those behind it are")
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

  @Test("a log of which a part was not read goes on, and gives up the same segments")
  func goesOn() throws {
    let disk = try disk(entries: 40, snapshots: [20, 30])
    for options in [Sample.options, Self.none] {
      let copy = disk.copy()
      let log = try Sample.open(copy, options).log
      #expect(log.segments.map(\.sequence) == Array(1...UInt64(log.segments.count)))
      try log.append([Sample.entry(1, 41)])
      _ = try log.sync()
      try log.compact(through: LogIndex(30))
      #expect(log.segments.first?.sequence == 4)
      let recovery = try Sample.recover(copy)
      #expect(recovery.slots.last?.position == Sample.position(1, 41))
    }
  }

  @Test("rot among them stands in nobody's way, and is for the scrubber to find")
  func rot() throws {
    let disk = try disk(entries: 40, snapshots: [30])
    let place = try #require(try Sample.bodies(disk)[LogIndex(3)])
    disk.flip(place.path, bit: place.offset * 8)
    let recovery = try Sample.open(disk, Self.none).recovery
    #expect(recovery.faulty.isEmpty && recovery.notes.isEmpty)
    let rotten = try Scrub(disk).rottenRecords(inSegment: 1).records
    #expect(rotten.map(\.first.index) == [LogIndex(3)])
  }

  @Test("once the snapshot is damaged they are read, and so is the rot among them")
  func needed() throws {
    let disk = try disk(entries: 40, snapshots: [4, 30])
    let place = try #require(try Sample.bodies(disk)[LogIndex(9)])
    disk.flip(place.path, bit: place.offset * 8)
    let chunk = SnapshotFormat.header(Sample.snapshot(1, 30)).count
    disk.flip(SnapshotFormat.path(Sample.position(1, 30)), bit: chunk * 8)
    let recovery = try Sample.open(disk, Self.none).recovery
    #expect(recovery.faulty.map(\.index) == [LogIndex(9)])
  }

  @Test("what was replaced later on is read again, with nothing passed over")
  func conflict() throws {
    var readWhole = 0
    for end in UInt64(20)...32 {
      let (disk, log) = try Sample.log()
      for index in 2...end {
        try log.append([Sample.entry(1, index)])
        _ = try log.sync()
      }
      // Another leader's entries take the place of all but the first.
      for index in UInt64(3)...6 {
        try log.append([Sample.entry(2, index)])
        _ = try log.sync()
      }
      _ = try Sample.write(disk, Sample.snapshot(2, 5))
      let whole = try Sample.recover(disk)
      let recovery = try Sample.open(disk.copy(), Self.none).recovery
      #expect(recovery.slots == Array(whole.slots.suffix(recovery.slots.count)))
      #expect(recovery.state == whole.state)
      #expect(recovery.slots.last?.position == Sample.position(2, 6))
      readWhole += recovery.slots.count == whole.slots.count ? 1 : 0
    }
    #expect(readWhole > 0 && readWhole < 13)
  }
}
