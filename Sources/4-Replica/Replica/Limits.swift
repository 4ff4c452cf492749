package import Determinism

/// Everything in a replica that could grow without bound, and why it does not.
package struct Limits: Hashable, Sendable {
  /// Calls under way, of this node's clients and of other nodes'. At 20,000 a second and the
  /// default timeout of 5 s even a cluster that answers nothing refuses early rather than late.
  package var calls = 16_384
  /// Reads of many items that are under way beside the loop. Each keeps the records that were
  /// replaced since it began; one takes some milliseconds, so that the last of a queue is in time.
  package var scans = 256
  /// Applied command bytes after which the leader proposes a snapshot mark: as many as the state
  /// has (dissertation §5.1.2), but not less than this, so that small states do not write snapshots
  /// all the time: a segment of the log, and half a second of a start.
  package var markBytesLeast: UInt64 = 64 << 20
  /// Of a larger state no more than this, or this part of it: to apply a byte takes a start some
  /// four times as long as to load one. So what it applies since the mark costs it seconds, or as
  /// much again as the snapshot; and snapshots write at most four bytes for each that is applied,
  /// unless many small entries bring the mark.
  package var markBytesMost: UInt64 = 1 << 30
  package var markPart: UInt64 = 4
  /// The same for the number of entries: as many as records, but not less than this.
  package var markEntriesLeast: UInt64 = 200_000
  /// The same for bytes that the log's segments grew by, padding included: a log written one small
  /// entry at a time takes a block of 4 KiB for each. As many as would have to be applied, but not
  /// less than this.
  package var markDiskBytesLeast: UInt64 = 256 << 20
  /// So long nothing is applied before a mark comes early, and so many command bytes, and such a
  /// part of the state's, must have been since the last: an eighth, so that clients that write in
  /// bursts have at most eight bytes of snapshots written for each of theirs.
  package var quiet = TimeSpan.seconds(2)
  /// So many calls are not quiet: reads want the processors that a snapshot takes.
  package var quietCalls = 2000
  package var quietBytesLeast: UInt64 = 16 << 20
  package var quietPart: UInt64 = 8
  /// Applied command bytes since the last mark from which on a node that stops writes a snapshot:
  /// what is less is applied within 0.1 s at the next start.
  package var lastSnapshotLeast: UInt64 = 16 << 20
  /// Bytes of one snapshot chunk: 256 KiB are 2 ms of a 1 Gbit/s link.
  package var chunkBytes = 256 << 10
  /// Longest time a call may ask for, in milliseconds.
  package var timeoutMilliseconds: UInt32 = 120_000

  package init() {}
}
