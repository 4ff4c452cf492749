/// Why a snapshot was refused. The store it would have replaced is untouched: fetch or read
/// another snapshot.
public enum SnapshotFault: Error, Equatable, Sendable {
  /// The bytes are no snapshot of a store, or break its rules; what was met.
  case damaged(String)
  /// A newer program wrote it; start that one.
  case unknownVersion(UInt8)
  /// The chunks end before the snapshot does.
  case truncated
  /// Chunks are left after its end.
  case trailing
  /// Well-formed, but not the state that was announced.
  case hashMismatch(expected: UInt64, actual: UInt64)
}
