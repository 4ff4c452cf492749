internal import BinaryCodec
internal import ClientProtocol
internal import Determinism
internal import RaftTypes

/// Writes a view as a run of chunks of 256 KiB, the last one shorter: byte for byte equal on every
/// node whose state is equal. It holds one chunk and where the versions of 64 keys are, and never
/// blocks the store.
///
/// ```swift
/// for chunk in SnapshotEncoder(store.view()) { file.append(chunk) }
/// ```
/// `Sendable` as the cursors are: the view that it holds keeps every record as it is.
public struct SnapshotEncoder: Sequence, IteratorProtocol, @unchecked Sendable {
  private let view: StoreView
  private var writer = ByteWriter(capacity: Limits.chunkBytes)
  private var versions: VersionWalk
  private var isAtEnd = false

  public init(_ view: StoreView) {
    self.view = view
    versions = VersionWalk(view)
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

  private mutating func writeRecord() {
    if let version = versions.next() {
      version.record._withUnsafeGuaranteedRef {
        SnapshotFormat.write($0, isNewest: version.isNewest, to: &writer)
      }
    } else {
      writer.write(SnapshotFormat.Tag.end)
      writer.write(UInt64(view.live.count))
      writer.write(UInt64(view.historyCount))
      writer.write(view.stateHash)
      isAtEnd = true
    }
  }
}
