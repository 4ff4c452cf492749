import Determinism
import RaftTypes
import Testing

@testable import WriteAheadLog

@Suite("Rot in the log")
struct DamageTests {
  /// Three segments of four sectors with one group a sector, and what they hold.
  static func sample() throws -> (disk: CrashableDisk, slots: [LogSlot]) {
    let disk = CrashableDisk()
    let options = LogOptions(segmentSize: 4 * 4096, reserveSize: 0, spareLimit: 1)
    try WriteAheadLog.format(disk, Sample.identity, genesis: Sample.genesis, options)
    guard case .opened(let log, _) = try WriteAheadLog.open(disk, options, renewal: Sample.renewal)
    else {
      throw Sample.Unformatted()
    }
    for index in UInt64(2)...6 {
      try log.append([Sample.entry(index / 3 + 1, index)])
      try log.sync()
    }
    return (disk, try Sample.recover(disk).slots)
  }

  static let segments = ["wal/1.log", "wal/2.log", "wal/3.log"]

  /// Opens a copy and demands: refused with a place named, or nothing lost, nothing invented, and
  /// told.
  static func check(
    _ disk: CrashableDisk, _ slots: [LogSlot], mustTell: Bool, _ context: @autoclosure () -> String
  ) throws {
    do {
      let recovery = try Sample.open(disk).recovery
      if recovery.slots != slots || mustTell {
        #expect(!recovery.notes.isEmpty, "\(context())")
      }
      #expect(recovery.slots.map(\.position) == slots.map(\.position), "\(context())")
      for (found, expected) in zip(recovery.slots, slots) where found != expected {
        #expect(found == .faulty(expected.position), "\(context())")
      }
    } catch let fault as LogFault {
      guard case .damaged(let damage) = fault else {
        Issue.record("\(context()): \(fault)")
        return
      }
      #expect(segments.contains(damage.path) && !damage.remedy.isEmpty, "\(context())")
    }
  }

  @Test("pitfall 49: no flipped bit of three segments loses or changes an entry in silence")
  func everyBit() throws {
    let (disk, slots) = try Self.sample()
    for path in Self.segments {
      let bytes = disk.bytes(path)
      for offset in bytes.indices where bytes[offset] != 0 || offset % 61 == 0 {
        let isPadding = bytes[offset] == 0
        for bit in 0..<8 where !isPadding || bit == offset % 8 {
          let damaged = disk.copy()
          damaged.flip(path, bit: offset * 8 + bit)
          try Self.check(damaged, slots, mustTell: false, "\(path) byte \(offset) bit \(bit)")
        }
      }
    }
  }

  @Test("pitfall 49: a segment cut at any byte is refused, with file and offset")
  func everyTruncation() throws {
    let (disk, _) = try Self.sample()
    for path in Self.segments {
      let bytes = disk.bytes(path)
      for size in stride(from: 0, to: bytes.count, by: 7) {
        let damaged = disk.copy()
        damaged.setBytes(path, Array(bytes[..<size]))
        let fault = #expect(throws: LogFault.self) { _ = try Sample.open(damaged) }
        guard case .damaged(let damage) = fault else {
          Issue.record("\(path) cut to \(size): \(String(describing: fault))")
          continue
        }
        #expect(damage.path == path)
      }
    }
  }

  @Test("pitfall 49: any one rotten sector, the last one too, loses no slot")
  func everySector() throws {
    let (disk, slots) = try Self.sample()
    for path in Self.segments {
      for sector in 0..<disk.bytes(path).count / 4096 {
        let damaged = disk.copy()
        damaged.rot(path, sector: sector)
        let recovery = try Sample.open(damaged).recovery
        #expect(recovery.slots.map(\.position) == slots.map(\.position), "\(path) \(sector)")
      }
    }
  }

  @Test("a sector that the disk cannot read is rot like any other")
  func unreadable() throws {
    let (disk, slots) = try Self.sample()
    for path in Self.segments {
      for sector in 0..<disk.bytes(path).count / 4096 {
        let damaged = disk.copy()
        damaged.unreadable[path] = [sector]
        let (log, recovery) = try Sample.open(damaged)
        #expect(recovery.slots.map(\.position) == slots.map(\.position), "\(path) \(sector)")
        #expect(
          recovery.notes.contains(.unreadableSector(path: path, offset: sector * 4096)))
        // And the log goes on, whichever it was.
        let next = Sample.entry(log.last.term.number, log.last.index.next.number)
        try log.append([next])
        try log.sync()
        let later = damaged.afterCrash(.nothing)
        later.unreadable = damaged.unreadable
        let again = try Sample.open(later).recovery
        #expect(
          again.slots.map(\.position) == slots.map(\.position) + [next.position],
          "\(path) \(sector)")
      }
    }
  }

  @Test("a sector of a recycled segment that cannot be read is written like any other")
  func unreadableSpare() throws {
    for sector in 0..<8 {
      let (disk, log) = try Sample.log(to: 60, marks: [50, 55])
      #expect(try log.compact(through: LogIndex(60)))
      try log.clear(disk)
      let spares = disk.names.keys.filter { $0.hasPrefix("wal/spare-") }
      #expect(spares.count == 2)
      for path in spares { disk.unreadable[path] = [sector] }
      let segments = log.segments.count
      while log.segments.count < segments + 2 || log.last.index < LogIndex(75) {
        try log.append([Sample.entry(1, log.last.index.next.number)])
        try log.sync()
      }
      #expect(try Sample.recover(disk).slots.last?.position == log.last)
    }
  }

  @Test("what a start finds beside an unreadable sector is durable before anybody counts on it")
  func unreadableUnsynced() throws {
    // Of the record that is appended, head and body stand in the one and the copy in the other.
    for sector in 2...3 {
      // A process that died between the write and its sync.
      let (disk, log) = try Sample.log()
      disk.crashStep = disk.steps + 2
      try log.append([Sample.entry(2, log.last.index.next.number)])
      #expect(throws: LogFault.self) { try log.sync() }
      disk.revive()
      disk.unreadable["wal/1.log"] = [sector]
      let (next, recovery) = try Sample.open(disk)
      #expect(recovery.slots.last?.position.term == Term(2), "sector \(sector)")
      let entry = Sample.entry(9, next.last.index.next.number)
      try next.append([entry])
      try next.sync()
      let later = disk.afterCrash(.nothing)
      later.unreadable = disk.unreadable
      #expect(
        try Sample.open(later).recovery.slots.map(\.position)
          == recovery.slots.map(\.position) + [entry.position], "sector \(sector)")
    }
  }

  @Test("pitfall 49: no two rotten sectors lose a slot in silence, but for the very last record")
  func twoSectors() throws {
    let (disk, slots) = try Self.sample()
    let sectors = Self.segments.flatMap { path in (0..<4).map { (path, $0) } }
    for (i, first) in sectors.enumerated() {
      for second in sectors[(i + 1)...] {
        let damaged = disk.copy()
        damaged.rot(first.0, sector: first.1)
        damaged.rot(second.0, sector: second.1)
        guard let recovery = try? Sample.open(damaged).recovery else { continue }
        let found = recovery.slots.map(\.position)
        let expected = slots.map(\.position)
        #expect(
          found == expected || found == expected.dropLast(), "\(first) and \(second)")
      }
    }
  }

  @Test("pitfall 49: a missing segment is refused by name")
  func missingSegment() throws {
    let (disk, _) = try Self.sample()
    try disk.remove("wal/2.log")
    #expect(
      throws: LogFault.damaged(
        Damage(
          path: "wal/2.log", offset: 0,
          finding: "the segment is missing between its neighbours"))
    ) { _ = try Sample.open(disk) }
  }

  @Test("a segment of another disk is refused as such")
  func foreign() throws {
    let (disk, _) = try Self.sample()
    let other = CrashableDisk()
    let identity = DiskIdentity(
      cluster: Sample.cluster, node: NodeID(2), incarnation: DiskIncarnation(7))
    try WriteAheadLog.format(other, identity, genesis: nil, Sample.options)
    disk.setBytes("wal/3.log", other.bytes("wal/1.log"))
    #expect(
      throws: LogFault.foreign(
        path: "wal/3.log", found: "\(identity)", expected: "\(Sample.identity)")
    ) { _ = try Sample.open(disk) }
  }
}
