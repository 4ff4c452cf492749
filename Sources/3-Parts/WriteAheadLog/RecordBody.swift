internal import BinaryCodec
internal import EntryFormat
internal import RaftTypes

/// The body of a record: its entries one after the other, compressed when that pays.
enum RecordBody {
  /// Bytes of an entry without payload.
  static let smallestEntry = EntryFormat.headerSize

  /// The entries of a body whose checksum was right. They own their bytes: nothing keeps the
  /// segment's buffer alive. Anything unexpected here was written so and is not rot.
  static func unpack(
    _ stored: Bytes, as identity: RecordIdentity
  ) throws(DecodingFault) -> [Entry] {
    let raw: [UInt8]
    switch identity.encoding {
    case .raw: raw = Array(stored)
    case .lz4:
      do {
        raw = try LZ4.decompressBlock(stored, length: identity.raw, limit: Limits.rawRecord)
      } catch {
        throw .inconsistent("record body does not decompress: \(error)")
      }
    }
    var reader = ByteReader(raw)
    var entries: [Entry] = []
    entries.reserveCapacity(identity.count)
    for index in identity.first.number...identity.last.number {
      let entry = try EntryFormat.read(from: &reader)
      guard entry.term == identity.term, entry.index.number == index else {
        throw .inconsistent("entry \(entry.position) in the record of \(identity.term)#\(index)")
      }
      entries.append(entry)
    }
    try reader.finish()
    return entries
  }
}
