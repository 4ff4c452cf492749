internal import EntryFormat
internal import RaftTypes

/// Entries of one term and following indexes: what can stand in one record.
struct RecordPiece {
  let kind: RecordIdentity.Kind
  let entries: ArraySlice<Entry>
  /// Bytes that they take as the body of a record.
  let size: Int

  var term: Term { entries[entries.startIndex].term }
  var first: LogIndex { entries[entries.startIndex].index }
  var next: LogIndex { first + entries.count }

  /// The fewest pieces that `entries` make, in their order.
  static func pieces(_ kind: RecordIdentity.Kind, _ entries: [Entry]) -> [RecordPiece] {
    var pieces: [RecordPiece] = []
    var start = entries.startIndex
    while start < entries.endIndex {
      let head = entries[start].position
      var size = EntryFormat.size(of: entries[start])
      var end = start + 1
      while end < entries.endIndex, entries[end].term == head.term,
        entries[end].index == head.index + (end - start)
      {
        let longer = size + EntryFormat.size(of: entries[end])
        guard longer <= Limits.recordTarget else { break }
        size = longer
        end += 1
      }
      pieces.append(RecordPiece(kind: kind, entries: entries[start..<end], size: size))
      start = end
    }
    return pieces
  }
}
