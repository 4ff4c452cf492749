public import BinaryCodec
public import RaftTypes

/// Mends a damaged snapshot file with pieces of other nodes' files.
///
/// Snapshots of one position are equal byte by byte, and each chunk's checksum continues from the
/// one before it. So the file is walked from its beginning: what is right is passed over, and at
/// the first thing that is wrong (header, chunk, trailer) the bytes of another node's file at the
/// same offset are tried. What fits the checksums is written in place, anything else is not; no
/// sender has to be trusted, and one whose file is damaged elsewhere does as well as any.
///
/// Only wrong bytes are overwritten, and until the end the file counts as damaged: a crash at any
/// moment leaves a file that can be mended.
public struct SnapshotMender<Files: FileSystem> {
  /// How far a walk came.
  public enum Progress: Hashable, Sendable {
    /// All is right so far; there is more.
    case going
    /// From here on bytes are missing: see `accept`.
    case missing(offset: Int)
    /// Every byte is right up to the trailer: see `finish`.
    case whole
  }

  private let files: Files
  private let file: Files.File
  /// What the file is a snapshot of, by its name.
  public let position: LogPosition
  private var header: [UInt8] = []
  private var offset = 0
  private var checksum: UInt32 = 0
  private var totals = SnapshotTotals()
  private var isWhole = false

  /// Bytes that hold any header, chunk or trailer: what to ask another node for.
  public static var pieceSize: Int { SnapshotFormat.chunkPrefix + SnapshotFormat.storedLimit }

  /// Begins at the beginning of the damaged file.
  public init(_ files: Files, _ position: LogPosition) throws(LogFault) {
    self.files = files
    self.position = position
    do {
      file = try files.open(SnapshotFormat.path(position))
    } catch {
      throw LogFault(error)
    }
  }

  /// Bytes of this node's file, sound or not, for another node's mender; fewer where it ends.
  public static func piece(
    _ files: Files, _ position: LogPosition, at offset: Int
  ) throws(LogFault) -> [UInt8] {
    do {
      return try files.open(SnapshotFormat.path(position)).read(pieceSize, at: offset)
    } catch {
      throw LogFault(error)
    }
  }

  /// Walks on over what is right, at most `limit` bytes.
  public mutating func advance(limit: Int = .max) throws(LogFault) -> Progress {
    let end = offset > .max - limit ? .max : offset + limit
    while !isWhole, offset < end {
      // A sector that cannot be read is as wrong as one that rotted.
      guard let bytes = ownElement(), take(bytes[...]) != nil else {
        return .missing(offset: offset)
      }
    }
    return isWhole ? .whole : .going
  }

  /// Tries bytes of another node's file that begin at `offset`.
  /// - Returns: whether they belong there; then what fits is written.
  public mutating func accept(_ bytes: Bytes, at offset: Int) throws(LogFault) -> Bool {
    guard offset == self.offset, !isWhole, let length = take(bytes) else { return false }
    do {
      try file.write(bytes.prefix(length), at: offset)
    } catch {
      throw LogFault(error)
    }
    return true
  }

  /// Writes what is lost of the header's copies, makes the file durable and verifies it once more.
  /// Hand the result to `WriteAheadLog.adopt`.
  /// - Precondition: `advance` said `.whole`.
  public func finish() throws(LogFault) -> SnapshotFile {
    precondition(isWhole, "SnapshotMender: \(position) is right up to byte \(offset) only")
    do {
      try file.write(header[...], at: 0)
      try file.sync()
      try SnapshotFormat.writeTail(header: header, after: offset, to: file)
    } catch {
      throw LogFault(error)
    }
    let reader = try SnapshotReader(files, snapshot: position)
    try reader.verify()
    return SnapshotFile(descriptor: reader.descriptor, path: reader.path, size: reader.size)
  }

  /// Up to here every byte is right.
  var reached: Int { offset }

  // The bytes of this node's own file that stand where the walk is; nil where they make no sense.
  private func ownElement() -> [UInt8]? {
    if header.isEmpty {
      let size = (try? file.size()) ?? 0
      return try? SnapshotHeader.find(
        in: file, size: size, path: SnapshotFormat.path(position)
      ).1
    }
    guard let prefix = try? file.read(SnapshotFormat.chunkPrefix, at: offset),
      let length = Self.length(prefix[...])
    else { return nil }
    return try? file.read(length, at: offset)
  }

  /// Takes the header, chunk or trailer that begins `bytes`.
  /// - Returns: its length; nil when it does not belong where the walk is.
  private mutating func take(_ bytes: Bytes) -> Int? {
    if header.isEmpty { return takeHeader(bytes) }
    guard let length = Self.length(bytes), length <= bytes.count else { return nil }
    let element = bytes.prefix(length)
    if Self.isTrailer(element) {
      guard Array(element) == SnapshotFormat.trailer(totals, previous: checksum) else {
        return nil
      }
      isWhole = true
      offset += length
      return length
    }
    let prefix = element.prefix(8)
    let frame = element.dropFirst(SnapshotFormat.chunkPrefix)
    let sum = Checksum.crc32c(frame, seed: Checksum.crc32c(prefix, seed: checksum))
    guard sum == ByteReader.littleEndian32(element.dropFirst(8).prefix(4)),
      let raw = try? LZ4.decompressFrame(frame, limit: Limits.snapshotChunk),
      UInt32(raw.count) == ByteReader.littleEndian32(prefix.prefix(4))
    else { return nil }
    totals.count(raw[...])
    checksum = sum
    offset += length
    return length
  }

  private mutating func takeHeader(_ bytes: Bytes) -> Int? {
    guard let (found, block) = SnapshotHeader.parse(bytes), found.position == position else {
      return nil
    }
    header = block
    checksum = Checksum.crc32c(block)
    offset = block.count
    return block.count
  }

  private static func isTrailer(_ bytes: Bytes) -> Bool {
    ByteReader.littleEndian32(bytes.prefix(4)) == 0
  }

  // The length of the chunk or trailer that `bytes` begin with.
  private static func length(_ bytes: Bytes) -> Int? {
    if isTrailer(bytes) { return SnapshotFormat.trailerSize }
    guard let raw = ByteReader.littleEndian32(bytes.prefix(4)), raw <= Limits.snapshotChunk,
      let stored = ByteReader.littleEndian32(bytes.dropFirst(4).prefix(4)),
      stored <= SnapshotFormat.storedLimit
    else { return nil }
    return SnapshotFormat.chunkPrefix + Int(stored)
  }
}
