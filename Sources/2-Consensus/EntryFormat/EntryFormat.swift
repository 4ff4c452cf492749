public import BinaryCodec
public import RaftTypes

/// The bytes of one entry: encoded alike in the log and between peers.
///
/// ```
/// term u64 | index u64 | log time u64 | kind u8 | length u32 | payload
/// ```
/// Integers are little-endian. Checksums belong to what surrounds the entry: the log's record, the
/// peers' frame. Formats: docs/ON-DISK-FORMAT.md, docs/WIRE-FORMAT.md.
public enum EntryFormat {
  /// Bytes before the payload.
  public static let headerSize = 29
  /// The longest payload that is ever read or written, in bytes.
  public static let payloadLimit = 16 << 20

  enum Kind: UInt8 {
    case genesis = 1
    case termStart = 2
    case membership = 3
    case command = 4
    case snapshotMark = 5
    case address = 6
  }

  /// Bytes that `write` will append for `entry`.
  public static func size(of entry: Entry) -> Int {
    switch entry.payload {
    case .command(let bytes), .termStart(claim: let bytes), .address(let bytes):
      headerSize + bytes.count
    case .snapshotMark: headerSize
    case .membership, .genesis: encodedSize(of: entry)
    }
  }

  // Rare, and of many parts: asking the encoder is the only way not to be wrong one day.
  private static func encodedSize(of entry: Entry) -> Int {
    var writer = ByteWriter()
    write(entry, to: &writer)
    return writer.count
  }

  /// - Precondition: the payload is at most `payloadLimit` bytes.
  public static func write(_ entry: Entry, to writer: inout ByteWriter) {
    switch entry.payload {
    case .command(let bytes): write(entry, .command, bytes, to: &writer)
    case .termStart(claim: let bytes): write(entry, .termStart, bytes, to: &writer)
    case .address(let bytes): write(entry, .address, bytes, to: &writer)
    case .snapshotMark: write(entry, .snapshotMark, [], to: &writer)
    case .membership(let membership):
      write(entry, .membership, MembershipFormat.encode(membership)[...], to: &writer)
    case .genesis(let cluster, let membership):
      var inner = ByteWriter()
      MembershipFormat.write(cluster, to: &inner)
      MembershipFormat.write(membership, to: &inner)
      write(entry, .genesis, inner.bytes[...], to: &writer)
    }
  }

  // Every entry passes here once for the log and once for each peer: one append for its whole
  // header, not one for each field.
  private static func write(
    _ entry: Entry, _ kind: Kind, _ payload: Bytes, to writer: inout ByteWriter
  ) {
    precondition(payload.count <= payloadLimit, "EntryFormat: payload of \(payload.count) bytes")
    withUnsafeTemporaryAllocation(byteCount: headerSize, alignment: 1) { header in
      header.storeBytes(of: entry.term.number.littleEndian, as: UInt64.self)
      header.storeBytes(of: entry.index.number.littleEndian, toByteOffset: 8, as: UInt64.self)
      header.storeBytes(
        of: entry.logTime.milliseconds.littleEndian, toByteOffset: 16, as: UInt64.self)
      header.storeBytes(of: kind.rawValue, toByteOffset: 24, as: UInt8.self)
      header.storeBytes(
        of: UInt32(payload.count).littleEndian, toByteOffset: 25, as: UInt32.self)
      writer.write(raw: UnsafeRawBufferPointer(header))
    }
    writer.write(raw: payload)
  }

  /// Reads one entry; its payload shares the reader's buffer.
  public static func read(from reader: inout ByteReader) throws(DecodingFault) -> Entry {
    let term = Term(try reader.readUInt64())
    let index = LogIndex(try reader.readUInt64())
    let time = LogTime(milliseconds: try reader.readUInt64())
    let code = try reader.readUInt8()
    guard let kind = Kind(rawValue: code) else {
      throw .unknown("entry kind", value: UInt64(code))
    }
    let bytes = try reader.readSized(limit: payloadLimit)
    return Entry(
      position: LogPosition(term: term, index: index), logTime: time,
      payload: try payload(kind, bytes))
  }

  private static func payload(_ kind: Kind, _ bytes: Bytes) throws(DecodingFault) -> Payload {
    switch kind {
    case .command: return .command(bytes)
    case .termStart: return .termStart(claim: bytes)
    case .address: return .address(bytes)
    case .snapshotMark:
      try ByteReader(bytes).finish()
      return .snapshotMark
    case .membership: return .membership(try MembershipFormat.decode(bytes))
    case .genesis:
      var reader = ByteReader(bytes)
      let cluster = try MembershipFormat.readCluster(from: &reader)
      let membership = try MembershipFormat.readMembership(from: &reader)
      try reader.finish()
      return .genesis(cluster, membership)
    }
  }
}
