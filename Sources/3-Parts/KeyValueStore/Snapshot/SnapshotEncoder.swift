internal import BinaryCodec
internal import ClientProtocol
internal import Determinism
internal import RaftTypes

/// Writes a view as a run of chunks of 256 KiB, the last one shorter: byte for byte equal on every
/// node whose state is equal. It holds one chunk and references to the versions of one key, and
/// never blocks the store.
///
/// ```swift
/// for chunk in SnapshotEncoder(store.view()) { file.append(chunk) }
/// ```
/// `Sendable` as the cursors are: the view that it holds keeps every record as it is.
public struct SnapshotEncoder: Sequence, IteratorProtocol, @unchecked Sendable {
  private let view: StoreView
  private var writer = ByteWriter(capacity: Limits.chunkBytes)
  private var live: Cursor
  private var graves: Cursor
  // What is left of the key at hand, the newest version first: those in front of it are written
  // before.
  private var versions: [Record] = []
  private var exists = false
  private var isAtEnd = false

  public init(_ view: StoreView) {
    self.view = view
    let start = Position(UnsafeRawBufferPointer(start: nil, count: 0))
    live = Cursor(view.live, from: start)
    graves = Cursor(view.graves, from: start)
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

  // The next version of the key at hand, or the first one of the next key.
  private mutating func writeRecord() {
    if versions.isEmpty { beginKey() }
    if let record = versions.popLast() {
      SnapshotFormat.write(record, live: exists && versions.isEmpty, to: &writer)
    } else {
      writer.write(SnapshotFormat.Tag.end)
      writer.write(UInt64(view.live.count))
      writer.write(UInt64(view.historyCount))
      writer.write(view.stateHash)
      isAtEnd = true
    }
  }

  private mutating func beginKey() {
    let (existing, deleted) = (live.record, graves.record)
    exists =
      existing.map { existing in
        deleted.map { KeyOrder.compare(existing.key, $0.key) < 0 } ?? true
      } ?? false
    var next = exists ? existing : deleted
    if exists { live.advance() } else { graves.advance() }
    while let record = next {
      versions.append(record)
      next = view.predecessor(of: record)
    }
  }
}
