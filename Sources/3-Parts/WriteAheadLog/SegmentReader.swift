internal import RaftTypes

/// A segment as it was read from the disk.
struct SegmentReader {
  let path: String
  let header: SegmentHeader
  let bytes: [UInt8]
  /// Offsets of sectors that the disk could not read; `bytes` holds zeros there.
  let unreadable: [Int]

  /// Reads header and size only; throws when they are damaged or not this disk's.
  static func header<Files: FileSystem>(
    _ files: Files, _ sequence: UInt64, _ identity: DiskIdentity
  ) throws(LogFault) -> SegmentHeader {
    let path = OnDiskFormat.segmentPath(sequence)
    let length = OnDiskFormat.segmentHeaderCopy + OnDiskFormat.segmentHeaderSize
    let size: Int
    let bytes: [UInt8]
    do {
      let file = try files.open(path)
      size = try file.size()
      (bytes, _) = try read(file, min(length, size))
    } catch {
      throw LogFault(error)
    }
    guard let header = try SegmentHeader.decode(in: bytes, path: path) else {
      throw .damaged(
        Damage(path: path, offset: 0, finding: "both copies of the header are damaged"))
    }
    guard header.disk.isSameDisk(as: identity) else {
      throw .foreign(path: path, found: "\(header.disk)", expected: "\(identity)")
    }
    guard header.sequence == sequence else {
      throw .damaged(
        Damage(path: path, offset: 0, finding: "is segment \(header.sequence), renamed"))
    }
    guard size >= header.size else {
      throw .damaged(
        Damage(
          path: path, offset: size,
          finding: "the file ends \(header.size - size) bytes early"))
    }
    return header
  }

  init<Files: FileSystem>(
    _ files: Files, _ header: SegmentHeader
  ) throws(LogFault) {
    var buffer: [UInt8] = []
    try self.init(files, header, reusing: &buffer)
  }

  /// - Parameter buffer: the bytes of a segment that was read before; empty afterwards.
  init<Files: FileSystem>(
    _ files: Files, _ header: SegmentHeader, reusing buffer: inout [UInt8]
  ) throws(LogFault) {
    path = OnDiskFormat.segmentPath(header.sequence)
    self.header = header
    var memory: [UInt8] = []
    swap(&memory, &buffer)
    do {
      let file = try files.open(path)
      (bytes, unreadable) = try Self.read(file, header.size, into: consume memory)
    } catch {
      throw LogFault(error)
    }
  }

  /// Reads bytes of a segment from `start` on. One unreadable sector must not take the rest with
  /// it: it is rot like any other.
  /// - Returns: the bytes, and the offsets of sectors that cannot be read, in whose place zeros
  ///   stand.
  static func read(
    _ file: some StoredFile, _ count: Int, at start: Int = 0, into memory: consuming [UInt8] = []
  ) throws(FileFault) -> ([UInt8], [Int]) {
    if (try? file.read(count, at: start, into: &memory)) != nil, memory.count == count {
      return (memory, [])
    }
    var bytes: [UInt8] = []
    var unreadable: [Int] = []
    bytes.reserveCapacity(count)
    var offset = start
    while offset < start + count {
      let sector = offset / OnDiskFormat.sectorSize * OnDiskFormat.sectorSize
      let length = min(sector + OnDiskFormat.sectorSize, start + count) - offset
      do {
        let read = try file.read(length, at: offset)
        bytes.append(contentsOf: read)
        bytes.append(contentsOf: repeatElement(0, count: length - read.count))
      } catch {
        guard case .io = error else { throw error }
        unreadable.append(sector)
        bytes.append(contentsOf: repeatElement(0, count: length))
      }
      offset += length
    }
    return (bytes, unreadable)
  }

  func scanner() -> SegmentScanner {
    SegmentScanner(
      bytes: bytes, sequence: header.sequence, previous: header.previous, path: path)
  }
}
