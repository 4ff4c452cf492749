internal import BinaryCodec

/// The records that wait for the next sync, as the bytes of one write.
///
/// Invariant: `bytes` are those of the segment from `start` on; `start` is where the segment is
/// synced up to.
struct RecordGroup {
  private(set) var bytes: [UInt8] = []
  private(set) var start: Int
  private(set) var chain: UInt32
  private let sequence: UInt64
  private var open: RecordPiece?

  init(sequence: UInt64, start: Int, chain: UInt32) {
    self.sequence = sequence
    self.start = start
    self.chain = chain
  }

  var isEmpty: Bool { bytes.isEmpty && open == nil }
  /// Where the next record will have its head, if nothing of the open one can be compressed.
  var worstEnd: Int {
    open.map { OnDiskFormat.nextRecord(head: position, stored: $0.body.count) } ?? position
  }
  private var position: Int { start + bytes.count }

  /// Takes `piece` if it fits below `limit`, in the open record when it continues that.
  mutating func add(_ piece: RecordPiece, below limit: Int) -> Bool {
    if var record = open, record.accepts(piece),
      end(record.body.count + piece.body.count) <= limit
    {
      open = nil
      record.append(piece)
      open = record
      return true
    }
    close()
    guard end(piece.body.count) <= limit else { return false }
    open = piece
    return true
  }

  private func end(_ stored: Int) -> Int {
    OnDiskFormat.nextRecord(head: position, stored: stored)
  }

  /// Ends the open record: head, body, zeros up to the sector boundary, copy.
  mutating func close() {
    guard let piece = open else { return }
    open = nil
    let (encoding, packed) = RecordBody.pack(piece.body[...])
    let stored = packed ?? piece.body
    var identity = RecordIdentity(
      kind: piece.kind, encoding: encoding, sequence: sequence, term: piece.term,
      first: piece.first, count: piece.count, offset: position, durable: start,
      stored: stored.count, raw: piece.body.count, previous: chain)
    identity.checksum = stored.withUnsafeBytes { identity.checksum(over: $0) }
    bytes.append(contentsOf: identity.encoded(for: .head))
    bytes.append(contentsOf: stored)
    bytes.append(contentsOf: repeatElement(0, count: identity.copyOffset - position))
    bytes.append(contentsOf: identity.encoded(for: .copy))
    chain = identity.checksum
  }

  /// The group is durable: the next one follows it. The buffer stays allocated.
  mutating func finish() {
    precondition(open == nil, "RecordGroup.finish: a record is open")
    start += bytes.count
    bytes.removeAll(keepingCapacity: true)
  }
}
