internal import BinaryCodec
internal import EntryFormat
internal import RaftTypes

/// Entries of one term and following indexes, encoded: what can stand in one record.
struct RecordPiece {
  let kind: RecordIdentity.Kind
  let term: Term
  let first: LogIndex
  var count: Int
  var body: [UInt8]

  var next: LogIndex { first + count }

  /// Whether `other` may stand in the same record.
  func accepts(_ other: RecordPiece) -> Bool {
    kind == other.kind && term == other.term && next == other.first
      && body.count + other.body.count <= Limits.recordTarget
  }

  mutating func append(_ other: RecordPiece) {
    count += other.count
    body.append(contentsOf: other.body)
  }

  /// The fewest pieces that `entries` make, in their order.
  static func pieces(_ kind: RecordIdentity.Kind, _ entries: [Entry]) -> [RecordPiece] {
    var pieces: [RecordPiece] = []
    var start = entries.startIndex
    while start < entries.endIndex {
      let head = entries[start].position
      var size = EntryFormat.size(of: entries[start])
      var end = start + 1
      while end < entries.endIndex, entries[end].term == head.term,
        entries[end].index == head.index + (end - start), size < Limits.recordTarget
      {
        size += EntryFormat.size(of: entries[end])
        end += 1
      }
      if end - start > 1, size > Limits.recordTarget { end -= 1 }
      var writer = ByteWriter(capacity: size)
      for entry in entries[start..<end] { EntryFormat.write(entry, to: &writer) }
      pieces.append(
        RecordPiece(
          kind: kind, term: head.term, first: head.index, count: end - start, body: writer.bytes))
      start = end
    }
    return pieces
  }
}
