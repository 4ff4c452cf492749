internal import BinaryCodec
internal import ClientProtocol
internal import Determinism
internal import RaftTypes

/// The bytes of a whole store, before they are framed and compressed: equal for equal states,
/// whatever built them.
///
/// ```
/// magic "QKVS" | version u8
/// revision u64 | compacted u64 | applied index u64 | applied time u64
/// session count u32 | sessions, by id:
///   id u64 | time to live u64 | last use u64 | last sequence u64
///   | answer u8 (0 none, 1 bytes, 2 revision u64)
/// claims of the virtual IP: forgotten u64 | count u32 | by term:
///   term u64 | claim (version 1) | claimed u64 | held u8 [u64] | released u8 [u64]
/// records, by key and then revision:
///   1 live, 2 superseded   key | mod u64 | value | create u64 | version u64 | lease u64
///   3 tombstone            key | mod u64
/// 0 end | live records u64 | history records u64 | state hash u64
/// ```
/// Integers are little-endian; keys and values have a 32-bit length. The backlog that a compaction
/// left is part of the state: it goes along, so that the restored store drops it with the same
/// entries as its source.
enum SnapshotFormat {
  static let magic: [UInt8] = Array("QKVS".utf8)
  static let version: UInt8 = 2

  enum Tag {
    static let end: UInt8 = 0
    static let live: UInt8 = 1
    static let superseded: UInt8 = 2
    static let tombstone: UInt8 = 3
  }

  enum AnswerTag {
    static let none: UInt8 = 0
    static let whole: UInt8 = 1
    static let forgotten: UInt8 = 2
  }

  static func write(_ session: Session, to writer: inout ByteWriter) {
    writer.write(session.id)
    writer.write(session.timeToLive)
    writer.write(session.lastUse.milliseconds)
    writer.write(session.lastSequence)
    switch session.answer {
    case nil: writer.write(AnswerTag.none)
    case .whole(let bytes):
      writer.write(AnswerTag.whole)
      writer.write(sized: bytes)
    case .forgotten(let revision):
      writer.write(AnswerTag.forgotten)
      writer.write(revision.number)
    }
  }

  static func readSession(from reader: inout ByteReader) throws(DecodingFault) -> Session {
    var session = Session(
      id: try reader.readUInt64(), timeToLive: try reader.readUInt64(),
      lastUse: LogTime(milliseconds: try reader.readUInt64()))
    session.lastSequence = try reader.readUInt64()
    let tag = try reader.readUInt8()
    switch tag {
    case AnswerTag.none: session.answer = nil
    case AnswerTag.whole:
      let bytes = try reader.readSized(limit: Limits.answerBytes)
      do {
        _ = try CommandResult(decoding: bytes)
      } catch {
        throw .inconsistent("a remembered answer is damaged: \(error)")
      }
      session.answer = .whole(Array(bytes))
    case AnswerTag.forgotten:
      session.answer = .forgotten(Revision(try reader.readUInt64()))
    default: throw .unknown("answer", value: UInt64(tag))
    }
    return session
  }

  static func write(_ ledger: AddressLedger, to writer: inout ByteWriter) {
    writer.write(ledger.forgotten.nanoseconds)
    writer.write(UInt32(ledger.entries.count))
    for entry in ledger.entries {
      writer.write(entry.term.number)
      entry.claim.write(to: &writer)
      writer.write(entry.claimedAt.milliseconds)
      for time in [entry.heldAt, entry.releasedAt] {
        writer.write(time != nil)
        if let time { writer.write(time.milliseconds) }
      }
    }
  }

  static func readLedger(from reader: inout ByteReader) throws(DecodingFault) -> AddressLedger {
    let forgotten = TimeSpan(nanoseconds: try reader.readUInt64())
    var entries: [AddressLedger.Entry] = []
    for _ in 0..<(try reader.readCount(limit: Limits.claims)) {
      let term = Term(try reader.readUInt64())
      guard term > entries.last?.term ?? .zero else {
        throw .inconsistent("claims of the virtual IP are not in order")
      }
      let claim = try AddressClaim(from: &reader)
      let claimedAt = LogTime(milliseconds: try reader.readUInt64())
      let heldAt = try readTime(from: &reader)
      entries.append(
        AddressLedger.Entry(
          term: term, claim: claim, claimedAt: claimedAt, heldAt: heldAt,
          releasedAt: try readTime(from: &reader)))
    }
    return AddressLedger(entries: entries, forgotten: forgotten)
  }

  private static func readTime(
    from reader: inout ByteReader
  ) throws(DecodingFault) -> LogTime? {
    guard try reader.readBool() else { return nil }
    return LogTime(milliseconds: try reader.readUInt64())
  }

  static func write(_ record: Record, isNewest: Bool, to writer: inout ByteWriter) {
    writer.write(record.isTombstone ? Tag.tombstone : isNewest ? Tag.live : Tag.superseded)
    writer.write(sized: record.key)
    writer.write(record.info.modRevision)
    guard !record.isTombstone else { return }
    writer.write(sized: record.value)
    writer.write(record.createRevision)
    writer.write(record.version)
    writer.write(record.lease)
  }

  /// The record that begins at `offset`, its tag, and where it ends; nil when the bytes end before
  /// it does, or the records end here.
  static func record(
    in bytes: UnsafeRawBufferPointer, at offset: Int
  ) throws(DecodingFault) -> (record: Record, tag: UInt8, end: Int)? {
    guard offset < bytes.count, bytes[offset] != Tag.end else { return nil }
    let tag = bytes[offset]
    guard tag <= Tag.tombstone else { throw .unknown("record", value: UInt64(tag)) }
    var end = offset + 1
    guard let key = try field(in: bytes, at: &end), let modRevision = number(in: bytes, at: &end)
    else { return nil }
    if tag == Tag.tombstone { return (Record.tombstone(key: key, at: modRevision), tag, end) }
    guard let value = try field(in: bytes, at: &end),
      let createRevision = number(in: bytes, at: &end),
      let version = number(in: bytes, at: &end), let lease = number(in: bytes, at: &end)
    else { return nil }
    let record = Record.make(
      key: key, value: value, createRevision: createRevision, modRevision: modRevision,
      version: version, lease: lease)
    return (record, tag, end)
  }

  @inline(__always)
  private static func number(in bytes: UnsafeRawBufferPointer, at place: inout Int) -> UInt64? {
    guard bytes.count - place >= 8 else { return nil }
    defer { place += 8 }
    return UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
  }

  @inline(__always)
  private static func field(
    in bytes: UnsafeRawBufferPointer, at place: inout Int
  ) throws(DecodingFault) -> UnsafeRawBufferPointer? {
    guard bytes.count - place >= 4 else { return nil }
    let count = Int(
      UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
    guard count <= Limits.fieldBytes else {
      throw .tooLong(length: count, limit: Limits.fieldBytes)
    }
    let start = place + 4
    guard bytes.count - start >= count else { return nil }
    place = start + count
    return UnsafeRawBufferPointer(rebasing: bytes[start..<place])
  }
}
