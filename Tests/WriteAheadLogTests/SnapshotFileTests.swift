import BinaryCodec
import Determinism
import RaftTypes
import Testing

@testable import WriteAheadLog

@Suite("Snapshot files")
struct SnapshotFileTests {
  static let descriptor = Sample.snapshot(2, 9)

  /// `count` bytes that compress, or do not.
  static func raw(_ count: Int, compressible: Bool = true) -> [UInt8] {
    var dice = Dice(seed: UInt64(count))
    return (0..<count).map { i in
      compressible ? UInt8(truncatingIfNeeded: i / 1000) : UInt8(truncatingIfNeeded: dice.next())
    }
  }

  static func readAll(_ disk: CrashableDisk, _ path: String) throws -> [UInt8] {
    var reader = try SnapshotReader(disk, path: path)
    var raw: [UInt8] = []
    while let chunk = try reader.next() { raw += chunk }
    return raw
  }

  @Test("what was written is read back, whatever its size", arguments: [0, 1, 262_144, 700_001])
  func roundTrip(size: Int) throws {
    for compressible in [true, false] {
      let disk = try Sample.formatted()
      let raw = Self.raw(size, compressible: compressible)
      let file = try Sample.write(disk, Self.descriptor, raw: raw)
      #expect(file.size == disk.bytes(file.path).count)
      #expect(try Self.readAll(disk, file.path) == raw)
      let reader = try SnapshotReader(disk, snapshot: Self.descriptor.position)
      #expect(reader.path == file.path && reader.descriptor == Self.descriptor)
      try reader.verify()
    }
  }

  @Test("equal states give equal files, however their bytes were handed in")
  func deterministic() throws {
    let disk = try Sample.formatted()
    let raw = Self.raw(600_000)
    let whole = disk.bytes(try Sample.write(disk, Self.descriptor, raw: raw).path)
    var writer = try SnapshotWriter(disk, Self.descriptor)
    var dice = Dice(seed: 5)
    var rest = raw[...]
    while !rest.isEmpty {
      let run = rest.prefix(1 + Int(dice.below(50_000)))
      try writer.append(run)
      rest = rest.dropFirst(run.count)
    }
    #expect(disk.bytes(try writer.finish().path) == whole)
  }

  @Test("chunks that shrink and chunks that do not are read back, however they take turns")
  func turns() throws {
    let noise = Self.raw(Limits.snapshotChunk, compressible: false)
    let text = Self.raw(Limits.snapshotChunk)
    var raw: [UInt8] = []
    for run in 0..<7 { raw += (0..<run).flatMap { _ in noise } + text }
    let disk = try Sample.formatted()
    let file = try Sample.write(disk, Self.descriptor, raw: raw)
    #expect(try Self.readAll(disk, file.path) == raw)
    // 21 of noise, and most of 7 that shrink.
    #expect(file.size < 25 * Limits.snapshotChunk)
  }

  @Test("a sector that cannot be read under the header's copy costs the copy, not the snapshot")
  func unreadableTail() throws {
    for isWritable in [true, false] {
      let disk = try Sample.formatted()
      let log = try Sample.open(disk).log
      try log.append(Sample.entries(1, 2...9))
      try log.sync()
      try log.adopt(try Sample.write(disk, Sample.snapshot(1, 9), raw: Self.raw(900)))
      let path = "snapshots/snapshot-9-1"
      let last = (disk.bytes(path).count - 1) / 4096
      disk.unreadable[path] = [last]
      if !isWritable { disk.unwritable = [path] }
      let recovery = try Sample.open(disk).recovery
      #expect(recovery.snapshot?.descriptor == Sample.snapshot(1, 9))
      let note = RecoveryNote.copyRewritten(path: path, copy: 1)
      #expect(recovery.notes.contains(isWritable ? note : .copyLost(path: path, copy: 1)))
    }
  }

  /// Reads a damaged file: refused, or read rightly because only a copy of its header is damaged;
  /// and in either case `verify` finds it.
  private func checkDamaged(_ disk: CrashableDisk, _ path: String, _ raw: [UInt8], _ place: String)
  {
    #expect(throws: LogFault.self, "\(place)") { try SnapshotReader(disk, path: path).verify() }
    guard let read = try? Self.readAll(disk, path) else { return }
    #expect(read == raw, "\(place)")
    #expect((try? SnapshotReader(disk, path: path))?.descriptor == Self.descriptor, "\(place)")
  }

  @Test("no flipped bit of a snapshot is overlooked, and none changes what is read")
  func everyBit() throws {
    let disk = try Sample.formatted()
    let raw = Self.raw(900)
    let file = try Sample.write(disk, Self.descriptor, raw: raw)
    let bytes = disk.bytes(file.path)
    for bit in 0..<bytes.count * 8 where bytes[bit / 8] != 0 || bit % 61 == 0 {
      disk.setBytes(file.path, bytes)
      disk.flip(file.path, bit: bit)
      checkDamaged(disk, file.path, raw, "bit \(bit)")
    }
  }

  @Test("no truncation of a snapshot is overlooked, and nothing after its end")
  func everyTruncation() throws {
    let disk = try Sample.formatted()
    let raw = Self.raw(900)
    let file = try Sample.write(disk, Self.descriptor, raw: raw)
    let bytes = disk.bytes(file.path)
    for size in stride(from: 0, to: bytes.count, by: 3) {
      disk.setBytes(file.path, Array(bytes[..<size]))
      checkDamaged(disk, file.path, raw, "cut to \(size)")
    }
    disk.setBytes(file.path, bytes + [0])
    checkDamaged(disk, file.path, raw, "one byte more")
  }

  @Test("with either copy of the header rotten the snapshot is read, and a start writes it anew")
  func headerCopies() throws {
    let disk = try Sample.formatted()
    let raw = Self.raw(300_000, compressible: false)
    let file = try Sample.write(disk, Self.descriptor, raw: raw)
    let bytes = disk.bytes(file.path)
    let last = (bytes.count - 1) / 4096
    for (copy, sector) in [0, last].enumerated() {
      let damaged = disk.copy()
      let start = sector * 4096
      // The whole sector for the copy; of the first one only the header, chunks follow it.
      let length = copy == 0 ? SnapshotFormat.header(Self.descriptor).count : 4096
      for offset in start..<min(start + length, bytes.count) {
        damaged.flip(file.path, bit: offset * 8)
      }
      #expect(try Self.readAll(damaged, file.path) == raw)
      let recovery = try Sample.open(damaged).recovery
      #expect(recovery.notes.contains(.copyRewritten(path: file.path, copy: copy)))
      #expect(recovery.snapshot == file)
      #expect(damaged.bytes(file.path) == bytes)
    }
  }

  @Test("chunks that were exchanged are not accepted, though each is sound")
  func exchanged() throws {
    let disk = try Sample.formatted()
    let raw = Self.raw(3 * Limits.snapshotChunk, compressible: false)
    let file = try Sample.write(disk, Self.descriptor, raw: raw)
    let bytes = disk.bytes(file.path)
    let header = SnapshotFormat.header(Self.descriptor).count
    let chunk = SnapshotFormat.chunk(raw[..<Limits.snapshotChunk], previous: 0).bytes.count
    let first = bytes[header..<header + chunk]
    let second = bytes[header + chunk..<header + 2 * chunk]
    disk.setBytes(
      file.path, Array(bytes[..<header] + second + first + bytes[(header + 2 * chunk)...]))
    #expect(throws: LogFault.self) { _ = try Self.readAll(disk, file.path) }
  }

  @Test("pitfall 53: a chunk that claims more than a chunk holds is refused before it is made")
  func bomb() throws {
    let disk = try Sample.formatted()
    let header = SnapshotFormat.header(Self.descriptor)
    let bomb = LZ4.compressFrame([UInt8](repeating: 0, count: 64 << 20)[...])
    for claimed in [UInt32(100), .max] {
      var writer = ByteWriter()
      writer.write(raw: header)
      var prefix = ByteWriter()
      prefix.write(claimed)
      prefix.write(UInt32(bomb.count))
      let seed = Checksum.crc32c(prefix.bytes, seed: Checksum.crc32c(header))
      writer.write(raw: prefix.bytes)
      writer.write(Checksum.crc32c(bomb, seed: seed))
      writer.write(raw: bomb)
      disk.setBytes("snapshots/bomb", writer.bytes)
      #expect(throws: LogFault.self) { _ = try Self.readAll(disk, "snapshots/bomb") }
    }
  }

  @Test("random bytes are never a snapshot, and never trap")
  func fuzz() throws {
    let disk = try Sample.formatted()
    let header = SnapshotFormat.header(Self.descriptor)
    var dice = Dice(seed: 11)
    for round in 0..<3000 {
      let noise = (0..<Int(dice.below(300))).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
      disk.setBytes("snapshots/noise", round % 2 == 0 ? noise : header + noise)
      #expect(throws: LogFault.self) { _ = try Self.readAll(disk, "snapshots/noise") }
    }
  }

  @Test("a file of another version is refused by its version")
  func version() throws {
    let disk = try Sample.formatted()
    var bytes = disk.bytes(try Sample.write(disk, Self.descriptor).path)
    let length = SnapshotFormat.header(Self.descriptor).count
    for start in [0, 4096] {
      bytes[start + 4] = 9
      var writer = ByteWriter()
      writer.write(Checksum.crc32c(bytes[start..<start + length - 4]))
      bytes.replaceSubrange(start + length - 4..<start + length, with: writer.bytes)
    }
    disk.setBytes("snapshots/new", bytes)
    #expect(
      throws: LogFault.unsupportedVersion(path: "snapshots/new", found: 9, supported: 2)
    ) { _ = try SnapshotReader(disk, path: "snapshots/new") }
  }

  @Test("a crash while a snapshot is written leaves all of it or nothing of that name")
  func crashes() throws {
    let raw = Self.raw(300_000, compressible: false)
    let steps = try { () throws -> Int in
      let disk = try Sample.formatted()
      let before = disk.steps
      _ = try Sample.write(disk, Self.descriptor, raw: raw)
      return disk.steps - before
    }()
    for step in 1...steps {
      for seed in UInt64(1)...10 {
        let disk = try Sample.formatted()
        disk.crashStep = disk.steps + step
        #expect(throws: LogFault.self) { try Sample.write(disk, Self.descriptor, raw: raw) }
        var dice = Dice(seed: seed)
        let found = disk.afterCrash(&dice)
        let path = SnapshotFormat.path(Self.descriptor.position)
        if found.names[path] != nil { #expect(try Self.readAll(found, path) == raw) }
        let recovery = try Sample.open(found).recovery
        #expect(recovery.slots == [.entry(Sample.genesis)] || recovery.snapshot != nil)
        #expect(!found.names.keys.contains { $0.hasSuffix(".partial") })
      }
    }
  }

  @Test("pitfall 38: a snapshot of nothing cannot be written")
  func nothing() async {
    await #expect(processExitsWith: .failure) {
      _ = try SnapshotWriter(try Sample.formatted(), Sample.snapshot(0, 0))
    }
  }
}
