internal import BinaryCodec

/// A small value kept as two checksummed copies in two sectors of one file: the identity and the
/// ballot.
///
/// ```
/// magic u32 | version u16 | length u16 | generation u64 | value | zeros | crc u32 of the sector
/// ```
struct TwinSectors {
  static let fileSize = 2 * OnDiskFormat.sectorSize
  private static let headerSize = 16

  /// One copy as it was read.
  struct Copy: Equatable {
    /// Grows with every value written.
    let generation: UInt64
    let value: [UInt8]
  }

  let magic: UInt32
  let path: String

  func encode(_ value: [UInt8], generation: UInt64) -> [UInt8] {
    precondition(value.count <= OnDiskFormat.sectorSize - Self.headerSize - 4, "\(path): too long")
    var writer = ByteWriter(capacity: OnDiskFormat.sectorSize)
    writer.write(magic)
    writer.write(UInt16(OnDiskFormat.version))
    writer.write(UInt16(value.count))
    writer.write(generation)
    writer.write(raw: value)
    let padding = OnDiskFormat.sectorSize - 4 - writer.count
    writer.write(raw: [UInt8](repeating: 0, count: padding))
    writer.write(Checksum.crc32c(writer.bytes))
    return writer.bytes
  }

  /// Writes both copies, each durable before the next one is touched: whatever crash comes, one of
  /// them is whole, and when this returns no rot of a single sector forgets the value.
  func write(
    _ value: [UInt8], generation: UInt64, to file: some StoredFile, first: Int = 0
  ) throws(FileFault) {
    let sector = encode(value, generation: generation)
    for slot in [first, 1 - first] {
      try file.write(sector[...], at: slot * OnDiskFormat.sectorSize)
      try file.sync()
    }
  }

  /// Writes the copies that are whole once more as they are, each durable before the next one is
  /// touched. What was read may stand in the page cache alone: a process that died before its sync
  /// leaves it there, and so does a sync that failed, which counts the page as written.
  func settle(_ copies: [Copy?], in file: some StoredFile) throws(FileFault) {
    for (slot, copy) in copies.enumerated() {
      guard let copy else { continue }
      let sector = encode(copy.value, generation: copy.generation)
      try file.write(sector[...], at: slot * OnDiskFormat.sectorSize)
      try file.sync()
    }
  }

  /// Both copies, nil where one is damaged or missing.
  func read(_ file: some StoredFile) throws(LogFault) -> [Copy?] {
    var copies: [Copy?] = []
    for slot in 0..<2 {
      copies.append(try decode(readSector(file, slot)))
    }
    return copies
  }

  // A sector that cannot be read is a damaged copy, not a reason to give up the other one.
  private func readSector(_ file: some StoredFile, _ slot: Int) -> [UInt8] {
    (try? file.read(OnDiskFormat.sectorSize, at: slot * OnDiskFormat.sectorSize)) ?? []
  }

  private func decode(_ sector: [UInt8]) throws(LogFault) -> Copy? {
    guard sector.count == OnDiskFormat.sectorSize,
      ByteReader.littleEndian32(sector[..<4]) == magic,
      ByteReader.littleEndian32(sector.suffix(4)) == Checksum.crc32c(sector.dropLast(4))
    else { return nil }
    var reader = ByteReader(sector.dropFirst(4))
    guard let version = try? reader.readUInt16(), let length = try? reader.readUInt16(),
      let generation = try? reader.readUInt64()
    else { return nil }
    guard Int(version) == OnDiskFormat.version else {
      throw .unsupportedVersion(
        path: path, found: Int(version), supported: OnDiskFormat.version)
    }
    guard let value = try? reader.readRaw(Int(length)) else { return nil }
    return Copy(generation: generation, value: Array(value))
  }
}
