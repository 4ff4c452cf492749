internal import BinaryCodec
internal import ClientProtocol
internal import Determinism
internal import RaftTypes

/// Writes a view as a run of chunks of 256 KiB, the last one shorter: byte for byte equal on every
/// node whose state is equal. It holds one chunk and one record in memory, and never blocks the
/// store.
///
/// ```swift
/// for chunk in SnapshotEncoder(store.view()) { file.append(chunk) }
/// ```
public struct SnapshotEncoder: Sequence, IteratorProtocol, Sendable {
  private let view: StoreView
  private var writer = ByteWriter(capacity: Limits.chunkBytes)
  private var live: Cursor
  private var history: Cursor
  private var isAtEnd = false

  public init(_ view: StoreView) {
    self.view = view
    let start = Position(UnsafeRawBufferPointer(start: nil, count: 0))
    live = Cursor(view.live, from: start)
    history = Cursor(view.history, from: start)
    writeHeader()
  }

  /// The next chunk; nil after the last.
  public mutating func next() -> [UInt8]? {
    while !isAtEnd, writer.count < Limits.chunkBytes { writeRecord() }
    guard writer.count > 0 else { return nil }
    let bytes = writer.bytes
    writer = ByteWriter(capacity: Limits.chunkBytes)
    guard bytes.count > Limits.chunkBytes else { return bytes }
    writer.write(raw: bytes[Limits.chunkBytes...])
    return Array(bytes[..<Limits.chunkBytes])
  }

  private mutating func writeHeader() {
    writer.write(raw: SnapshotFormat.magic)
    writer.write(SnapshotFormat.version)
    writer.write(view.revision.number)
    writer.write(view.compacted.number)
    writer.write(view.appliedIndex.number)
    writer.write(view.appliedTime.milliseconds)
    writer.write(UInt32(view.sessions.sessions.count))
    for session in view.sessions.sessions.values {
      SnapshotFormat.write(session, to: &writer)
    }
    SnapshotFormat.write(view.addresses, to: &writer)
  }

  // The smaller of the records that both cursors stand at.
  private mutating func writeRecord() {
    let old = history.record
    let newest = live.record
    if let old, newest.map({ old.position.precedes($0.position) }) ?? true {
      SnapshotFormat.write(old, live: false, to: &writer)
      history.advance()
    } else if let newest {
      SnapshotFormat.write(newest, live: true, to: &writer)
      live.advance()
    } else {
      writer.write(SnapshotFormat.Tag.end)
      writer.write(UInt64(view.live.count))
      writer.write(UInt64(view.history.count))
      writer.write(view.stateHash)
      isAtEnd = true
    }
  }
}
