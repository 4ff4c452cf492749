internal import BinaryCodec
internal import RaftTypes

/// Finds the header of a snapshot file, at its beginning or at its end.
enum SnapshotHeader {
  /// The descriptor, and the header's bytes. Throws what is wrong with the first copy when the
  /// second is lost too.
  static func find(
    in file: some StoredFile, size: Int, path: String
  ) throws(LogFault) -> (SnapshotDescriptor, [UInt8]) {
    do throws(LogFault) {
      return try read(file, at: 0, path)
    } catch {
      guard let copy = findTail(in: file, size: size, path: path) else { throw error }
      return copy
    }
  }

  /// The descriptor and the bytes of a header that begins `bytes`; nil when none does.
  static func parse(_ bytes: Bytes) -> (SnapshotDescriptor, [UInt8])? {
    guard let length = try? descriptorLength(Array(bytes.prefix(SnapshotFormat.headerPrefix)), "")
    else { return nil }
    let header = bytes.prefix(SnapshotFormat.headerPrefix + length + 4)
    guard header.count == SnapshotFormat.headerPrefix + length + 4 else { return nil }
    return try? decode(Array(header), "")
  }

  // The copy begins at a sector boundary and the file ends with it: no value of a client stands
  // there.
  private static func findTail(
    in file: some StoredFile, size: Int, path: String
  ) -> (SnapshotDescriptor, [UInt8])? {
    let longest = SnapshotFormat.headerPrefix + Limits.snapshotHeader + 4
    let last = (size - 1) / OnDiskFormat.sectorSize * OnDiskFormat.sectorSize
    for offset in stride(from: last, through: max(1, size - longest), by: -OnDiskFormat.sectorSize)
    {
      if let found = try? read(file, at: offset, path), offset + found.1.count == size {
        return found
      }
    }
    return nil
  }

  private static func read(
    _ file: some StoredFile, at offset: Int, _ path: String
  ) throws(LogFault) -> (SnapshotDescriptor, [UInt8]) {
    let prefix = try bytes(file, SnapshotFormat.headerPrefix, at: offset, path)
    let length = try descriptorLength(prefix, path)
    return try decode(
      bytes(file, SnapshotFormat.headerPrefix + length + 4, at: offset, path), path)
  }

  private static func decode(
    _ header: [UInt8], _ path: String
  ) throws(LogFault) -> (SnapshotDescriptor, [UInt8]) {
    let checked = header.dropLast(4)
    guard ByteReader.littleEndian32(header.suffix(4)) == Checksum.crc32c(checked) else {
      throw damaged(path, 0, "the header's checksum is wrong")
    }
    // Only now: a version that rotted is no other version.
    let version = Int(checked[4]) | Int(checked[5]) << 8
    guard version == OnDiskFormat.version else {
      throw .unsupportedVersion(path: path, found: version, supported: OnDiskFormat.version)
    }
    var reader = ByteReader(checked.dropFirst(SnapshotFormat.headerPrefix))
    do {
      let descriptor = try MembershipFormat.readSnapshot(from: &reader)
      try reader.finish()
      return (descriptor, header)
    } catch {
      throw damaged(path, SnapshotFormat.headerPrefix, "descriptor: \(error)")
    }
  }

  private static func descriptorLength(
    _ prefix: [UInt8], _ path: String
  ) throws(LogFault) -> Int {
    var reader = ByteReader(prefix)
    guard let magic = try? reader.readUInt32(), magic == SnapshotFormat.magic else {
      throw damaged(path, 0, "no snapshot begins here")
    }
    guard (try? reader.readUInt16()) != nil, let zero = try? reader.readUInt16(),
      let length = try? reader.readUInt32()
    else { throw damaged(path, 0, "the file ends in its header") }
    guard zero == 0, length <= UInt32(Limits.snapshotHeader) else {
      throw damaged(path, 0, "the header's length is out of bounds")
    }
    return Int(length)
  }

  private static func bytes(
    _ file: some StoredFile, _ count: Int, at offset: Int, _ path: String
  ) throws(LogFault) -> [UInt8] {
    let bytes: [UInt8]
    do {
      bytes = try file.read(count, at: offset)
    } catch {
      throw damaged(path, offset, "cannot be read: \(error)")
    }
    guard bytes.count == count else {
      throw damaged(path, offset + bytes.count, "the file ends early")
    }
    return bytes
  }

  private static func damaged(_ path: String, _ offset: Int, _ finding: String) -> LogFault {
    .damaged(Damage(path: path, offset: offset, finding: finding))
  }
}
