internal import RaftTypes

/// One file of the log.
struct LogSegment {
  let sequence: UInt64
  let size: Int
  /// The highest index that any of its records mentions: below a compaction it is no longer needed.
  var highest: LogIndex
  var path: String { OnDiskFormat.segmentPath(sequence) }
}
