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

  // One unreadable sector must not take the rest with it: it is rot like any other.
  private static func read(
    _ file: some StoredFile, _ count: Int, into memory: consuming [UInt8] = []
  ) throws(FileFault) -> ([UInt8], [Int]) {
    if (try? file.read(count, at: 0, into: &memory)) != nil, memory.count == count {
      return (memory, [])
    }
    var bytes: [UInt8] = []
    var unreadable: [Int] = []
    bytes.reserveCapacity(count)
    for offset in stride(from: 0, to: count, by: OnDiskFormat.sectorSize) {
      let length = min(OnDiskFormat.sectorSize, count - offset)
      do {
        let sector = try file.read(length, at: offset)
        bytes.append(contentsOf: sector)
        bytes.append(contentsOf: repeatElement(0, count: length - sector.count))
      } catch {
        guard case .io = error else { throw error }
        unreadable.append(offset)
        bytes.append(contentsOf: repeatElement(0, count: length))
      }
    }
    return (bytes, unreadable)
  }

  func scanner() -> SegmentScanner {
    SegmentScanner(
      bytes: bytes, sequence: header.sequence, previous: header.previous, path: path)
  }
}
