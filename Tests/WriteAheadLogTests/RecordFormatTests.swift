import BinaryCodec
import Determinism
import EntryFormat
import RaftTypes
import Testing

@testable import WriteAheadLog

@Suite("The bytes of a record")
struct RecordFormatTests {
  private func identity(
    stored: Int = 29, raw: Int = 29, count: Int = 1, encoding: RecordIdentity.Encoding = .raw
  ) -> RecordIdentity {
    RecordIdentity(
      kind: .append, encoding: encoding, sequence: 3, term: Term(2), first: LogIndex(5),
      count: count, offset: 4224, durable: 4224, stored: stored, raw: raw, previous: 77,
      checksum: 99)
  }

  private func encoded(_ identity: RecordIdentity, for place: RecordIdentity.Place) -> [UInt8] {
    var bytes = [UInt8](repeating: 0xff, count: OnDiskFormat.identitySize)
    bytes.withUnsafeMutableBytes { identity.write(for: place, over: $0) }
    return bytes
  }

  @Test("an identity is 64 bytes, and read only from the place it was written for")
  func places() throws {
    let value = identity()
    for (place, other) in [(RecordIdentity.Place.head, RecordIdentity.Place.copy), (.copy, .head)] {
      let bytes = encoded(value, for: place)
      #expect(try RecordIdentity.decode(place, in: bytes, at: 0) == value)
      #expect(try RecordIdentity.decode(other, in: bytes, at: 0) == nil)
    }
  }

  @Test("head and copy never share a sector, and records never overlap")
  func layout() {
    var dice = Dice(seed: 8)
    for _ in 0..<5000 {
      let head = 4096 * (1 + Int(dice.below(50))) + (dice.chance(1, in: 2) ? 64 : 128)
      let stored = 1 + Int(dice.below(20_000))
      let copy = OnDiskFormat.copyOffset(head: head, stored: stored)
      #expect((head + 63) / 4096 < copy / 4096)
      #expect(copy >= head + 64 + stored && copy - (head + 64 + stored) < 4096)
      #expect(OnDiskFormat.nextRecord(head: head, stored: stored) == copy + 64)
    }
  }

  @Test("pitfall 53: an identity that claims too much is refused, however sound its checksum")
  func bounds() {
    let bad = [
      identity(raw: Limits.rawRecord + 1), identity(count: 2), identity(count: 0),
      identity(stored: 30, raw: 29, encoding: .lz4), identity(stored: 0, raw: 40, encoding: .lz4),
      identity(stored: 30, raw: 40),
    ]
    for value in bad {
      #expect(throws: DecodingFault.self) {
        try RecordIdentity.decode(.head, in: encoded(value, for: .head), at: 0)
      }
    }
  }

  @Test("pitfall 53: batches of 8 KiB and more are compressed, unless that makes nothing smaller")
  func compression() throws {
    for (size, random, compressed) in [
      (8000, false, false), (8192, false, true), (9000, true, false), (500_000, false, true),
    ] {
      let (disk, log) = try Sample.log()
      let entry =
        random
        ? Sample.entry(1, 2, size: size)
        : Entry(
          position: Sample.position(1, 2), logTime: .zero,
          payload: .command([UInt8](repeating: 7, count: size)[...]))
      try log.append([entry])
      try log.sync()
      var found: [RecordDescription] = []
      try LogInspection(disk).run { finding in
        if case .record(let record, _) = finding { found.append(record) }
      }
      #expect(found.last?.isCompressed == compressed, "\(size)")
      #expect(found.last?.raw == size + EntryFormat.headerSize)
      #expect(try Sample.recover(disk).entries.last == entry)
    }
  }

  @Test("pitfall 53: the checksum covers the identity's fields and the bytes as stored")
  func coverage() throws {
    let body = [UInt8](repeating: 1, count: 40)
    let value = identity(stored: 40, raw: 40)
    let sum = body.withUnsafeBytes { value.checksum(over: $0) }
    for i in body.indices {
      var other = body
      other[i] ^= 1
      #expect(other.withUnsafeBytes { value.checksum(over: $0) } != sum)
    }
    let renamed = RecordIdentity(
      kind: .append, encoding: .raw, sequence: 3, term: Term(3), first: LogIndex(5), count: 1,
      offset: 4224, durable: 4224, stored: 40, raw: 40, previous: 77)
    #expect(body.withUnsafeBytes { renamed.checksum(over: $0) } != sum)
  }

  @Test("pitfall 53: a body that is no LZ4, or of another length, is refused and never trusted")
  func compressedNoise() {
    var dice = Dice(seed: 53)
    for _ in 0..<3000 {
      let stored = (0..<1 + Int(dice.below(200))).map { _ in UInt8(truncatingIfNeeded: dice.next())
      }
      let value = identity(
        stored: stored.count, raw: stored.count + 29 + Int(dice.below(100_000)), encoding: .lz4)
      #expect(throws: DecodingFault.self) { try RecordBody.unpack(stored[...], as: value) }
    }
  }

  @Test("a record of a newer version is refused by its version")
  func version() throws {
    let (disk, log) = try Sample.log()
    try log.append([Sample.entry(1, 2)])
    try log.sync()
    var bytes = disk.bytes("wal/1.log")
    let head = OnDiskFormat.firstRecord
    bytes[head + 4] = 3
    var writer = ByteWriter()
    writer.write(Checksum.crc32c(bytes[head..<head + 60]))
    bytes.replaceSubrange(head + 60..<head + 64, with: writer.bytes)
    disk.setBytes("wal/1.log", bytes)
    #expect(
      throws: LogFault.unsupportedVersion(path: "wal/1.log", found: 3, supported: 2)
    ) { _ = try Sample.open(disk) }
  }

  @Test("random bytes in place of any part of a log never trap and never invent an entry")
  func fuzz() throws {
    let (disk, slots) = try DamageTests.sample()
    let positions = slots.map(\.position)
    var dice = Dice(seed: 404)
    for round in 0..<1500 {
      let damaged = disk.copy()
      let path = DamageTests.segments[Int(dice.below(3))]
      var bytes = damaged.bytes(path)
      let start = Int(dice.below(UInt64(bytes.count)))
      let end = min(bytes.count, start + Int(dice.below(round % 3 == 0 ? 9000 : 90)))
      for i in start..<end { bytes[i] = UInt8(truncatingIfNeeded: dice.next()) }
      damaged.setBytes(path, bytes)
      guard let recovery = try? Sample.open(damaged).recovery else { continue }
      #expect(positions.starts(with: recovery.slots.map(\.position)))
      for (found, expected) in zip(recovery.slots, slots) where found != expected {
        #expect(found == .faulty(expected.position))
      }
    }
  }
}
