internal import BinaryCodec
internal import RaftTypes

/// The bytes of a snapshot file.
///
/// ```
/// header:  magic u32 | version u16 | zero u16 | length u32 | descriptor | crc u32
/// chunk:   raw length u32 | stored length u32 | crc u32 | LZ4 frame
/// trailer: 0 u32 | chunks u64 | raw bytes u64 | crc of all raw bytes u32 | crc u32
/// tail:    zeros up to the next sector, then the header once more, where the file ends
/// ```
/// Each crc continues from the one before it, so that chunks cannot be lost, doubled or exchanged;
/// the last one thereby covers the file. Raw bytes are cut into chunks of `Limits.snapshotChunk`,
/// however they were handed in: equal states give equal files. The header stands in two sectors,
/// because it says who the members are: a node that lost its state still needs to know whom to ask.
enum SnapshotFormat {
  static let magic: UInt32 = 0x504e_5351  // "QSNP"
  static let headerPrefix = 12
  static let chunkPrefix = 12
  static let trailerSize = 28
  /// LZ4's worst case for one chunk, with the frame's own header and checksum, rounded up.
  static let storedLimit = Limits.snapshotChunk + (4 << 10)

  static func header(_ snapshot: SnapshotDescriptor) -> [UInt8] {
    var inner = ByteWriter()
    MembershipFormat.write(snapshot, to: &inner)
    precondition(inner.count <= Limits.snapshotHeader, "snapshot descriptor of \(inner.count)")
    var writer = ByteWriter()
    writer.write(magic)
    writer.write(UInt16(OnDiskFormat.version))
    writer.write(UInt16(0))
    writer.write(sized: inner.bytes)
    writer.write(Checksum.crc32c(writer.bytes))
    return writer.bytes
  }

  /// - Parameter effort: of LZ4; the frame holds the same, and may be longer.
  static func chunk(
    _ raw: Bytes, previous: UInt32, effort: LZ4.Effort = .full
  ) -> (bytes: [UInt8], checksum: UInt32) {
    let frame = LZ4.compressFrame(raw, effort)
    var writer = ByteWriter(capacity: chunkPrefix + frame.count)
    writer.write(UInt32(raw.count))
    writer.write(UInt32(frame.count))
    let checksum = Checksum.crc32c(
      frame, seed: Checksum.crc32c(writer.bytes, seed: previous))
    writer.write(checksum)
    writer.write(raw: frame)
    return (writer.bytes, checksum)
  }

  static func trailer(_ totals: SnapshotTotals, previous: UInt32) -> [UInt8] {
    var writer = ByteWriter(capacity: trailerSize)
    writer.write(UInt32(0))
    writer.write(totals.chunks)
    writer.write(totals.rawBytes)
    writer.write(totals.rawChecksum)
    writer.write(Checksum.crc32c(writer.bytes, seed: previous))
    return writer.bytes
  }

  /// What follows a trailer that ends at `end`.
  static func tail(after end: Int, header: [UInt8]) -> [UInt8] {
    [UInt8](repeating: 0, count: OnDiskFormat.sectorBoundary(from: end) - end) + header
  }

  /// Writes what follows a trailer that ends at `end` anew, durably. What stands there goes first:
  /// a sector that cannot be read could not be written in part. So the header must stand, durable.
  static func writeTail(
    header: [UInt8], after end: Int, to file: some StoredFile
  ) throws(FileFault) {
    try file.truncate(to: end)
    try file.write(tail(after: end, header: header)[...], at: end)
    try file.sync()
  }

  static func path(_ position: LogPosition) -> String {
    "snapshots/snapshot-\(position.index.number)-\(position.term.number)"
  }

  private static let receivingPrefix = "receiving-"

  static func receivingPath(_ position: LogPosition, size: Int) -> String {
    "snapshots/\(receivingPrefix)\(position.index.number)-\(position.term.number)-\(size)"
  }

  /// The index in the name of a snapshot that is being received.
  static func receivingIndex(name: String) -> LogIndex? {
    let parts = name.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 4, name.hasPrefix(receivingPrefix) else { return nil }
    return OnDiskFormat.plainNumber(parts[1]).map(LogIndex.init)
  }

  /// The name of a snapshot that was finished.
  struct Name: Equatable {
    let position: LogPosition
    /// Its state was found to be wrong, though its bytes may be sound: it is kept for what its name
    /// and header say, and never restored.
    let isCondemned: Bool

    var path: String {
      isCondemned ? SnapshotFormat.condemnedPath(position) : SnapshotFormat.path(position)
    }

    init?(_ name: String) {
      let parts = name.split(separator: "-", omittingEmptySubsequences: false)
      guard parts.count == 3, ["snapshot", "condemned"].contains(parts[0]),
        let index = OnDiskFormat.plainNumber(parts[1]),
        let term = OnDiskFormat.plainNumber(parts[2])
      else { return nil }
      position = LogPosition(term: Term(term), index: LogIndex(index))
      isCondemned = parts[0] == "condemned"
    }
  }

  static func condemnedPath(_ position: LogPosition) -> String {
    "snapshots/condemned-\(position.index.number)-\(position.term.number)"
  }

  /// The position in the name of a finished snapshot that may be restored.
  static func position(name: String) -> LogPosition? {
    Name(name).flatMap { $0.isCondemned ? nil : $0.position }
  }
}

/// What a snapshot's trailer says about the whole.
struct SnapshotTotals: Equatable {
  var chunks: UInt64 = 0
  var rawBytes: UInt64 = 0
  var rawChecksum: UInt32 = 0

  mutating func count(_ raw: Bytes) {
    chunks += 1
    rawBytes += UInt64(raw.count)
    rawChecksum = Checksum.crc32c(raw, seed: rawChecksum)
  }
}
