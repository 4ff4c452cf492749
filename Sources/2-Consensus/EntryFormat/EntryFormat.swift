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

  /// Bytes that `write` will append for `entry`; exact for commands, marks and term starts, an
  /// estimate else.
  public static func size(of entry: Entry) -> Int { headerSize + entry.weight - 32 }

  /// - Precondition: the payload is at most `payloadLimit` bytes.
  public static func write(_ entry: Entry, to writer: inout ByteWriter) {
    writer.write(entry.term.number)
    writer.write(entry.index.number)
    writer.write(entry.logTime.milliseconds)
    switch entry.payload {
    case .command(let bytes): write(.command, bytes, to: &writer)
    case .termStart(claim: let bytes): write(.termStart, bytes, to: &writer)
    case .address(let bytes): write(.address, bytes, to: &writer)
    case .snapshotMark: write(.snapshotMark, [], to: &writer)
    case .membership(let membership):
      write(.membership, MembershipFormat.encode(membership)[...], to: &writer)
    case .genesis(let cluster, let membership):
      var inner = ByteWriter()
      MembershipFormat.write(cluster, to: &inner)
      MembershipFormat.write(membership, to: &inner)
      write(.genesis, inner.bytes[...], to: &writer)
    }
  }

  private static func write(_ kind: Kind, _ payload: Bytes, to writer: inout ByteWriter) {
    precondition(payload.count <= payloadLimit, "EntryFormat: payload of \(payload.count) bytes")
    writer.write(kind.rawValue)
    writer.write(sized: payload)
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
