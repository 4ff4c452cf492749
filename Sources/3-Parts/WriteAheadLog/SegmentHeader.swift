internal import BinaryCodec
internal import RaftTypes

/// The first bytes of a segment: which log it belongs to and what it continues. Written in two
/// sectors, before the file gets its final name.
struct SegmentHeader: Equatable {
  let sequence: UInt64
  let disk: DiskIdentity
  /// The size that the file was given; a shorter file was cut.
  let size: Int
  /// The last entry before this segment's.
  let base: LogPosition
  /// Checksum of the last record before this segment; 0 when there is none.
  let previous: UInt32
  /// Everything before this segment is void: a snapshot of `base` took its place.
  let isReset: Bool

  private static let magic: UInt32 = 0x4745_5351  // "QSEG"

  func encoded() -> [UInt8] {
    var writer = ByteWriter(capacity: OnDiskFormat.segmentHeaderSize)
    writer.write(Self.magic)
    writer.write(UInt16(OnDiskFormat.version))
    writer.write(UInt16(isReset ? 1 : 0))
    writer.write(sequence)
    disk.write(to: &writer)
    writer.write(UInt64(size))
    writer.write(base.term.number)
    writer.write(base.index.number)
    writer.write(previous)
    let padding = OnDiskFormat.segmentHeaderSize - 4 - writer.count
    writer.write(raw: [UInt8](repeating: 0, count: padding))
    writer.write(Checksum.crc32c(writer.bytes))
    return writer.bytes
  }

  /// The whole beginning of a segment: header, zeros, copy, zeros. Whole sectors: of one that is
  /// written in part the disk has to read the rest, and a recycled segment may have one that cannot
  /// be read.
  func encodedTwice() -> [UInt8] {
    let header = encoded()
    let sector = header + [UInt8](repeating: 0, count: OnDiskFormat.sectorSize - header.count)
    return sector + sector
  }

  /// The header in either place; nil when both are damaged.
  static func decode(in bytes: [UInt8], path: String) throws(LogFault) -> SegmentHeader? {
    for offset in [0, OnDiskFormat.segmentHeaderCopy] {
      let end = offset + OnDiskFormat.segmentHeaderSize
      guard end <= bytes.count else { continue }
      if let header = try decode(bytes[offset..<end], path: path) { return header }
    }
    return nil
  }

  private static func decode(_ block: Bytes, path: String) throws(LogFault) -> SegmentHeader? {
    guard ByteReader.littleEndian32(block.prefix(4)) == magic,
      ByteReader.littleEndian32(block.suffix(4)) == Checksum.crc32c(block.dropLast(4))
    else { return nil }
    var reader = ByteReader(block.dropFirst(4))
    guard let version = try? reader.readUInt16() else { return nil }
    guard Int(version) == OnDiskFormat.version else {
      throw .unsupportedVersion(
        path: path, found: Int(version), supported: OnDiskFormat.version)
    }
    return try? fields(from: &reader)
  }

  private static func fields(from reader: inout ByteReader) throws(DecodingFault) -> SegmentHeader {
    let flags = try reader.readUInt16()
    let sequence = try reader.readUInt64()
    let disk = try DiskIdentity.read(from: &reader)
    let size = try reader.readUInt64()
    let base = LogPosition(
      term: Term(try reader.readUInt64()), index: LogIndex(try reader.readUInt64()))
    guard flags <= 1, size <= UInt64(UInt32.max) else { throw .inconsistent("segment header") }
    return SegmentHeader(
      sequence: sequence, disk: disk, size: Int(size), base: base,
      previous: try reader.readUInt32(), isReset: flags == 1)
  }
}
