internal import EntryFormat

/// Every bound of the log and of its files, with its reason.
enum Limits {
  /// A record stops taking further entries at this raw size: 1 MiB keeps the loss by one rotten
  /// sector, and the pause to decode one record, small, and is far beyond where group commit stops
  /// paying.
  static let recordTarget = 1 << 20

  /// The longest body of a record before compression: one entry of the longest payload, and its
  /// header.
  static let rawRecord = EntryFormat.payloadLimit + EntryFormat.headerSize

  /// Batches from this size on are compressed; below it LZ4 saves less than the padding to a sector
  /// costs.
  static let compressionThreshold = 8 << 10

  /// A block is kept when it saves at least one part in so many: making it costs as much time as a
  /// disk takes for several times its bytes, and reading it back costs some too.
  static let leastSaving = 4

  /// So many records at most are stored untried after one that did not shrink: trying one in 33
  /// costs a log of such values 3 % of what trying all did, and one of documents that follow misses
  /// no more than those.
  static let mostUntried = 32

  /// Smallest segment that can hold its header and one small record.
  static let smallestSegment = 4 * OnDiskFormat.sectorSize

  /// Raw bytes of a snapshot chunk: large enough for LZ4 to reach its ratio, small enough that
  /// reader and writer stay in the processor's cache.
  static let snapshotChunk = 256 << 10

  /// Bytes of a snapshot that is being written which may wait for their sync: two or three
  /// milliseconds of the disk's time, so that a sync of the log behind them is not late.
  static let snapshotUnsynced = 1 << 20

  /// The same for a snapshot of a node that does nothing else any more: a tenth of a second of a
  /// slow disk's time.
  static let snapshotUnsyncedAlone = 16 << 20

  /// Longest encoded snapshot descriptor: 256 members with two addresses of 300 bytes each, rounded
  /// up.
  static let snapshotHeader = 256 << 10
}
