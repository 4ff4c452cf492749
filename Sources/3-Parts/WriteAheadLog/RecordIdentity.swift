internal import BinaryCodec
internal import RaftTypes

/// What a record holds, in 64 bytes that are written twice: before the body and after it, in
/// another sector.
///
/// Invariants of a decoded value: the lengths are within `Limits`, at least one entry, and as many
/// entries at most as their headers fit into the raw length.
struct RecordIdentity: Equatable {
  enum Kind: UInt8 {
    /// Entries from `first` on: whatever the log held from there is replaced.
    case append = 1
    /// Bodies for faulty slots of the same positions; replaces those and nothing else.
    case fill = 2
  }
  enum Encoding: UInt8 {
    case raw = 1
    case lz4 = 2
  }
  /// Which of the two places this one was written for.
  enum Place: UInt32 {
    case head = 0x4345_5251  // "QREC"
    case copy = 0x5950_4351  // "QCPY"
  }

  let kind: Kind
  let encoding: Encoding
  /// The segment it was written to; what a recycled file still holds says another.
  let sequence: UInt64
  /// Every entry of a record has the same term, and their indexes follow each other.
  let term: Term
  let first: LogIndex
  let count: Int
  /// Where the head stands; a block written to a wrong place betrays itself.
  let offset: Int
  /// Up to where this segment was synced when the record was written.
  let durable: Int
  /// Length of the body as stored, and before compression.
  let stored: Int
  let raw: Int
  /// Checksum of the record before this one.
  let previous: UInt32
  /// Over these fields and the stored body, continued from `previous`.
  var checksum: UInt32 = 0

  var last: LogIndex { LogIndex(first.number + UInt64(count) - 1) }
  var copyOffset: Int { OnDiskFormat.copyOffset(head: offset, stored: stored) }
  var end: Int { OnDiskFormat.nextRecord(head: offset, stored: stored) }

  /// Where the checksum stands, behind every field that it covers.
  private static let checksumOffset = 56

  /// Writes this identity, for `place`, over the 64 bytes of `block`.
  func write(for place: Place, over block: UnsafeMutableRawBufferPointer) {
    precondition(block.count == OnDiskFormat.identitySize, "RecordIdentity: \(block.count) bytes")
    var offset = 0
    func write<Field: FixedWidthInteger & BitwiseCopyable>(_ field: Field) {
      block.storeBytes(of: field.littleEndian, toByteOffset: offset, as: Field.self)
      offset += MemoryLayout<Field>.size
    }
    write(place.rawValue)
    write(UInt8(OnDiskFormat.version))
    write(kind.rawValue)
    write(encoding.rawValue)
    write(UInt8(0))
    write(sequence)
    write(term.number)
    write(first.number)
    write(UInt32(self.offset))
    write(UInt32(durable))
    write(UInt32(count))
    write(UInt32(stored))
    write(UInt32(raw))
    write(previous)
    write(checksum)
    write(Checksum.crc32c(UnsafeRawBufferPointer(rebasing: block[..<offset])))
  }

  /// The checksum that belongs to this identity with `body`: over the fields that both places
  /// share.
  func checksum(over body: UnsafeRawBufferPointer) -> UInt32 {
    withUnsafeTemporaryAllocation(byteCount: OnDiskFormat.identitySize, alignment: 8) { block in
      write(for: .head, over: block)
      let fields = UnsafeRawBufferPointer(rebasing: block[4..<Self.checksumOffset])
      return Checksum.crc32c(body, seed: Checksum.crc32c(fields, seed: previous))
    }
  }

  /// The identity at `offset` of `bytes`, or nil when there is none: other bytes, damage, or
  /// nothing.
  static func decode(
    _ place: Place, in bytes: [UInt8], at offset: Int
  ) throws(DecodingFault) -> RecordIdentity? {
    let end = offset + OnDiskFormat.identitySize
    guard offset >= 0, end <= bytes.count,
      bytes[offset] == UInt8(truncatingIfNeeded: place.rawValue)
    else { return nil }
    let block = bytes[offset..<end]
    var reader = ByteReader(block)
    guard try reader.readUInt32() == place.rawValue,
      ByteReader.littleEndian32(block.suffix(4)) == Checksum.crc32c(block.dropLast(4))
    else { return nil }
    let version = try reader.readUInt8()
    guard version == OnDiskFormat.version else {
      throw .unknown("record version", value: UInt64(version))
    }
    return try fields(from: &reader)
  }

  private static func fields(
    from reader: inout ByteReader
  ) throws(DecodingFault) -> RecordIdentity {
    let kindCode = try reader.readUInt8()
    let encodingCode = try reader.readUInt8()
    guard let kind = Kind(rawValue: kindCode) else {
      throw .unknown("record kind", value: UInt64(kindCode))
    }
    guard let encoding = Encoding(rawValue: encodingCode), try reader.readUInt8() == 0 else {
      throw .unknown("record encoding", value: UInt64(encodingCode))
    }
    let sequence = try reader.readUInt64()
    let term = Term(try reader.readUInt64())
    let first = LogIndex(try reader.readUInt64())
    let offset = Int(try reader.readUInt32())
    let durable = Int(try reader.readUInt32())
    let count = Int(try reader.readUInt32())
    let stored = Int(try reader.readUInt32())
    let raw = Int(try reader.readUInt32())
    let identity = RecordIdentity(
      kind: kind, encoding: encoding, sequence: sequence, term: term, first: first, count: count,
      offset: offset, durable: durable, stored: stored, raw: raw,
      previous: try reader.readUInt32(), checksum: try reader.readUInt32())
    guard identity.isWellFormed else { throw .inconsistent("record identity \(identity)") }
    return identity
  }

  private var isWellFormed: Bool {
    count >= 1 && raw <= Limits.rawRecord && raw >= count * RecordBody.smallestEntry
      && (encoding == .raw ? stored == raw : stored > 0 && stored < raw)
      && first.number >= 1 && first.number <= UInt64.max - UInt64(count)
  }
}

extension ByteReader {
  /// The four bytes as a little-endian number; nil unless there are four.
  static func littleEndian32(_ bytes: Bytes) -> UInt32? {
    var reader = ByteReader(bytes)
    return try? reader.readUInt32()
  }
}
