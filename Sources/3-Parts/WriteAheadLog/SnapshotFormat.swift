internal import BinaryCodec
internal import EntryFormat
internal import RaftTypes

/// The bytes of a snapshot file.
///
/// ```
/// header:  magic u32 | version u16 | zero u16 | length u32 | descriptor | crc u32
/// chunk:   raw length u32 | stored length u32 | crc u32 | LZ4 frame
/// trailer: 0 u32 | chunks u64 | raw bytes u64 | crc of all raw bytes u32 | crc u32
/// ```
/// Each crc continues from the one before it, so that chunks cannot be lost, doubled or exchanged;
/// the last one thereby covers the file. Raw bytes are cut into chunks of `Limits.snapshotChunk`,
/// however they were handed in: equal states give equal files.
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

  static func chunk(_ raw: Bytes, previous: UInt32) -> (bytes: [UInt8], checksum: UInt32) {
    let frame = LZ4.compressFrame(raw)
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

  /// The position in the name of a finished snapshot.
  static func position(name: String) -> LogPosition? {
    let parts = name.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "snapshot", let index = OnDiskFormat.plainNumber(parts[1]),
      let term = OnDiskFormat.plainNumber(parts[2])
    else { return nil }
    return LogPosition(term: Term(term), index: LogIndex(index))
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
