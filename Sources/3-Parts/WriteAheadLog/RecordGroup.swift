internal import BinaryCodec
internal import EntryFormat
internal import RaftTypes

/// The records that wait for the next sync, as the bytes of one write: entries are encoded where
/// they will be written from.
///
/// Invariant: `bytes` are those of the segment from `start` on; `start` is where the segment is
/// synced up to.
struct RecordGroup {
  /// The record that still takes entries: room for its head and its raw body end the buffer.
  private struct OpenRecord {
    let kind: RecordIdentity.Kind
    let term: Term
    let first: LogIndex
    var count: Int
    /// Where in the buffer its head will stand.
    let head: Int

    var body: Int { head + OnDiskFormat.identitySize }
  }

  private var buffer = ByteWriter()
  private(set) var start: Int
  private(set) var chain: UInt32
  private(set) var packer: RecordPacker
  private let sequence: UInt64
  private var open: OpenRecord?

  /// - Parameter packer: that of the segment before, so that it does not begin to learn anew.
  init(sequence: UInt64, start: Int, chain: UInt32, packer: RecordPacker = RecordPacker()) {
    self.sequence = sequence
    self.start = start
    self.chain = chain
    self.packer = packer
  }

  var isEmpty: Bool { buffer.count == 0 }
  /// Where the next record will have its head, if nothing of the open one can be compressed.
  var worstEnd: Int { open.map { end($0.head, buffer.count - $0.body) } ?? start + buffer.count }

  /// Takes `piece` if it fits below `limit`, in the open record when it continues that.
  mutating func add(_ piece: RecordPiece, below limit: Int) -> Bool {
    if var record = open, accepts(piece, below: limit, in: record) {
      record.count += piece.entries.count
      open = record
    } else {
      close()
      guard end(buffer.count, piece.size) <= limit else { return false }
      open = OpenRecord(
        kind: piece.kind, term: piece.term, first: piece.first, count: piece.entries.count,
        head: buffer.count)
      buffer.write(zeros: OnDiskFormat.identitySize)
    }
    let before = buffer.count
    for entry in piece.entries { EntryFormat.write(entry, to: &buffer) }
    precondition(
      buffer.count == before + piece.size,
      "RecordGroup: \(buffer.count - before) bytes where \(piece.size) were announced")
    return true
  }

  private func accepts(_ piece: RecordPiece, below limit: Int, in record: OpenRecord) -> Bool {
    let raw = buffer.count - record.body + piece.size
    return record.kind == piece.kind && record.term == piece.term
      && record.first + record.count == piece.first
      && raw <= Limits.recordTarget && end(record.head, raw) <= limit
  }

  /// Where in the segment the record ends whose head stands at `head` of the buffer.
  private func end(_ head: Int, _ stored: Int) -> Int {
    OnDiskFormat.nextRecord(head: start + head, stored: stored)
  }

  /// Ends the open record: head, body, zeros up to the sector boundary, copy.
  private mutating func close() {
    guard let record = open else { return }
    open = nil
    let raw = buffer.count - record.body
    let packed = packer.pack(buffer.bytes[record.body...])
    if let packed {
      buffer.truncate(to: record.body)
      buffer.write(raw: packed)
    }
    var identity = RecordIdentity(
      kind: record.kind, encoding: packed == nil ? .raw : .lz4, sequence: sequence,
      term: record.term, first: record.first, count: record.count, offset: start + record.head,
      durable: start, stored: buffer.count - record.body, raw: raw, previous: chain)
    identity.checksum = buffer.bytes[record.body...].withUnsafeBytes {
      identity.checksum(over: $0)
    }
    let size = OnDiskFormat.identitySize
    let copy = identity.copyOffset - start
    buffer.write(zeros: copy + size - buffer.count)
    buffer.patch(size, at: record.head) { identity.write(for: .head, over: $0) }
    buffer.patch(size, at: copy) { identity.write(for: .copy, over: $0) }
    chain = identity.checksum
  }

  /// Writes whole records at `start`, and zeros behind them to the end of the last sector, where
  /// nothing is yet: only whole sectors pass the page cache. Also when this fails the group is as
  /// it was.
  mutating func write(to file: some StoredFile) throws(FileFault) {
    close()
    let count = buffer.count
    buffer.write(zeros: OnDiskFormat.sectorBoundary(from: start + count) - (start + count))
    defer { buffer.truncate(to: count) }
    try file.writeThrough(buffer.bytes[...], at: start)
  }

  /// The group is durable: the next one follows it. The buffer stays allocated.
  mutating func finish() {
    precondition(open == nil, "RecordGroup.finish: a record is open")
    start += buffer.count
    buffer.truncate(to: 0)
  }
}
