public import RaftTypes

extension SnapshotReader {
  /// Opens the snapshot at `position` under its final name. Throws like `init(_:path:)`.
  public init(_ files: Files, snapshot position: LogPosition) throws(LogFault) {
    try self.init(files, path: SnapshotFormat.path(position))
  }
}
