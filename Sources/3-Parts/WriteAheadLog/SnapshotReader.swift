internal import BinaryCodec
public import RaftTypes

/// Reads one snapshot file: its raw chunks, to restore a state, or the file's own bytes, to stream
/// it to a follower. Every byte is checked before it is handed out; `verify` checks the whole
/// beforehand.
public struct SnapshotReader<Files: FileSystem> {
  private let file: Files.File
  /// Relative to the data directory.
  public let path: String
  /// What the snapshot is of.
  public let descriptor: SnapshotDescriptor
  /// Length of the file in bytes.
  public let size: Int
  private let header: [UInt8]
  private let body: Int
  private let seed: UInt32
  private var offset: Int
  private var checksum: UInt32
  private var totals = SnapshotTotals()
  private var isFinished = false

  /// Opens the finished snapshot of `position`. Throws like `init(_:path:)`.
  public init(_ files: Files, snapshot position: LogPosition) throws(LogFault) {
    try self.init(files, path: SnapshotFormat.path(position))
  }

  /// Opens the file and reads its header, in either of its places. Throws `.damaged`, naming the
  /// offset, when both are damaged.
  public init(_ files: Files, path: String) throws(LogFault) {
    do {
      file = try files.open(path)
      size = try file.size()
    } catch {
      throw LogFault(error)
    }
    self.path = path
    let (found, bytes) = try SnapshotHeader.find(in: file, size: size, path: path)
    header = bytes
    descriptor = found
    body = header.count
    offset = body
    seed = Checksum.crc32c(header)
    checksum = seed
  }

  /// The next chunk of raw bytes, nil after the last one. Throws `.damaged` with the offset of what
  /// is wrong; the end is reported only when the totals agree.
  public mutating func next() throws(LogFault) -> [UInt8]? {
    guard !isFinished else { return nil }
    let prefix = try Self.read(file, path, SnapshotFormat.chunkPrefix, at: offset)
    guard ByteReader.littleEndian32(prefix[..<4]) != 0 else {
      try readTrailer()
      return nil
    }
    let (length, frame) = try readChunk(prefix)
    let raw: [UInt8]
    do {
      raw = try LZ4.decompressFrame(frame[...], limit: Limits.snapshotChunk)
    } catch {
      throw Self.damaged(path, offset, "chunk does not decompress: \(error)")
    }
    guard raw.count == length else {
      throw Self.damaged(path, offset, "chunk has \(raw.count) raw bytes instead of \(length)")
    }
    totals.count(raw[...])
    offset += SnapshotFormat.chunkPrefix + frame.count
    return raw
  }

  /// Reads the whole file once and throws `.damaged` if any byte of it is wrong.
  public func verify() throws(LogFault) {
    if let lost = try lostCopy() {
      throw Self.damaged(path, lost, "one of the header's two copies is damaged")
    }
  }

  /// Whether both copies of the header are sound, once `next` has reached the end.
  public func hasBothHeaders() throws(LogFault) -> Bool {
    precondition(isFinished, "SnapshotReader: \(path) was not read to its end")
    return try lostHeader(offset + SnapshotFormat.trailerSize) == nil
  }

  /// Reads the state to its last byte and throws `.damaged` if a restore would find fault with it.
  /// Returns the offset of a copy of the header that is lost.
  func lostCopy() throws(LogFault) -> Int? { try lostHeader(try stateEnd()) }

  /// Hands the state to `restore`, reads what that leaves of it, and writes a lost copy of the
  /// header anew. Throws `.damaged` if any byte of the state is wrong.
  /// - Returns: which copy was lost, 0 or 1, and whether it is there again: a state that was found
  ///   right is not refused for a disk that does not take the copy.
  mutating func settle(
    restoring restore: (inout SnapshotReader) throws(LogFault) -> Void = { _ in }
  ) throws(LogFault) -> (copy: Int, isWritten: Bool)? {
    try restore(&self)
    while try next() != nil {}
    let end = offset + SnapshotFormat.trailerSize
    guard let lost = try lostHeader(end) else { return nil }
    do {
      if lost == 0 {
        try file.write(header[...], at: 0)
        try file.sync()
      } else {
        try SnapshotFormat.writeTail(header: header, after: end, to: file)
      }
      return (lost == 0 ? 0 : 1, true)
    } catch {
      return (lost == 0 ? 0 : 1, false)
    }
  }

  /// The file's length as it is now.
  func currentSize() throws(LogFault) -> Int {
    do { return try file.size() } catch { throw LogFault(error) }
  }

  // Where the trailer ends, once all before it was found right.
  private func stateEnd() throws(LogFault) -> Int {
    var reader = self
    reader.offset = body
    reader.checksum = seed
    reader.totals = SnapshotTotals()
    reader.isFinished = false
    while try reader.next() != nil {}
    return reader.offset + SnapshotFormat.trailerSize
  }

  private func lostHeader(_ end: Int) throws(LogFault) -> Int? {
    do {
      if try file.read(header.count, at: 0) != header { return 0 }
    } catch {
      return 0
    }
    let tail = SnapshotFormat.tail(after: end, header: header)
    let isWhole = size == end + tail.count && (try? file.read(tail.count, at: end)) == tail
    return isWhole ? nil : end
  }

  /// The file's own bytes from `offset` on, at most `count`, empty at its end: for streaming. The
  /// receiver verifies the whole.
  public func fileBytes(_ count: Int, at offset: Int) throws(LogFault) -> [UInt8] {
    precondition(offset >= 0 && offset <= size, "byte \(offset) of \(size) of \(path)")
    do {
      return try file.read(min(count, size - offset), at: offset)
    } catch {
      throw LogFault(error)
    }
  }

  /// Like `fileBytes`, but never hands out bytes before it has found all before their end right:
  /// throws `.damaged` where the file is not worth sending. Walks the file once, from its
  /// beginning, as far as asked for.
  public mutating func soundBytes(_ count: Int, at offset: Int) throws(LogFault) -> [UInt8] {
    while !isFinished, self.offset < offset + count, try next() != nil {}
    return try fileBytes(count, at: offset)
  }

  /// Takes the finished snapshots of `index` and later ones out of use: what they hold was found to
  /// be wrong. Recovery falls back to an earlier one and the log, or finds the state lost.
  public static func condemn(_ files: Files, from index: LogIndex) throws(LogFault) {
    do {
      for name in try files.list(OnDiskFormat.snapshotDirectory) {
        guard let position = SnapshotFormat.position(name: name), position.index >= index else {
          continue
        }
        try files.rename(
          SnapshotFormat.path(position), to: SnapshotFormat.condemnedPath(position))
      }
      try files.syncDirectory(OnDiskFormat.snapshotDirectory)
    } catch {
      throw LogFault(error)
    }
  }

  private mutating func readChunk(
    _ prefix: [UInt8]
  ) throws(LogFault) -> (length: Int, frame: [UInt8]) {
    guard let raw = ByteReader.littleEndian32(prefix[..<4]),
      let stored = ByteReader.littleEndian32(prefix[4..<8]),
      let claimed = ByteReader.littleEndian32(prefix[8...]),
      raw <= UInt32(Limits.snapshotChunk), stored <= UInt32(SnapshotFormat.storedLimit)
    else { throw Self.damaged(path, offset, "chunk lengths are out of bounds") }
    let start = offset + SnapshotFormat.chunkPrefix
    let frame = try Self.read(file, path, Int(stored), at: start)
    let sum = Checksum.crc32c(frame, seed: Checksum.crc32c(prefix[..<8], seed: checksum))
    guard sum == claimed else { throw Self.damaged(path, offset, "chunk's checksum is wrong") }
    checksum = sum
    return (Int(raw), frame)
  }

  private mutating func readTrailer() throws(LogFault) {
    let trailer = try Self.read(file, path, SnapshotFormat.trailerSize, at: offset)
    guard trailer == SnapshotFormat.trailer(totals, previous: checksum) else {
      throw Self.damaged(path, offset, "the trailer contradicts the chunks")
    }
    isFinished = true
  }

  private static func read(
    _ file: Files.File, _ path: String, _ count: Int, at offset: Int
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
