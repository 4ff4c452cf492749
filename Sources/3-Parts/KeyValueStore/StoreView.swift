public import ClientProtocol
internal import Determinism
public import RaftTypes

/// The state at one applied index: immutable, made in constant time, read on any thread while the
/// store goes on.
public struct StoreView: Sendable {
  /// The newest version of every key that exists, and behind each the older ones that a read of an
  /// older revision may need, or that wait to be dropped.
  var live = RecordTree()
  /// The tombstone of every key that does not exist while that is kept, with what stands behind it.
  var graves = RecordTree()
  /// The last version that was dropped; nil: none since the store was made or restored.
  var lastDropped: Garbage.Item?
  /// Held so that the store knows whether views of its time are left: see `Severance`.
  var era = Era()
  var sessions = SessionTable()
  /// Who claimed the virtual IP, held it, and gave it up.
  public internal(set) var addresses = AddressLedger()
  /// The revision of the last write transaction.
  public internal(set) var revision = Revision(1)
  /// History before this revision is forgotten; 0: never compacted.
  var compacted = Revision(0)
  /// The last entry that was applied.
  public internal(set) var appliedIndex = LogIndex.zero
  /// The log's time in that entry.
  public internal(set) var appliedTime = LogTime.zero
  /// Sum of the hashes of all records, wrapping.
  var recordHash: UInt64 = 0
  /// Superseded versions and tombstones that were not dropped.
  var historyCount = 0
  /// Bytes of the keys and values in `live`, and of what `historyCount` counts.
  var liveBytes = 0
  var historyBytes = 0

  init() {}

  /// The oldest revision that can be read.
  public var oldestRevision: Revision { max(compacted, Revision(1)) }

  /// Equal on all replicas at equal applied index, whether they came there by the log or by a
  /// snapshot.
  ///
  /// It covers every record kept, live, superseded or tombstone, with all its fields (a sum of
  /// their hashes, so it costs one hash a write and does not depend on the order of operations or
  /// the shape of trees), every session with its remembered answer, every claim of
  /// the virtual IP, and all counters. Which record
  /// of a key is live follows from the records: the newest, unless it is a tombstone. So two
  /// states that would answer any command or query differently have different hashes, but for a
  /// chance of 2^-64 for each comparison.
  public var stateHash: UInt64 {
    var hash = StateHash(seed: 3)
    hash.combine(recordHash)
    hash.combine(sessions.stateHash)
    hash.combine(addresses.stateHash)
    hash.combine(revision.number)
    hash.combine(compacted.number)
    hash.combine(appliedIndex.number)
    hash.combine(appliedTime.milliseconds)
    return hash.value
  }

  public var statistics: StoreStatistics {
    StoreStatistics(
      keys: live.count, keyValueBytes: liveBytes, historyRecords: historyCount,
      historyBytes: historyBytes, sessions: sessions.sessions.count, revision: revision,
      oldestRevision: oldestRevision)
  }
}

/// How much a store holds.
public struct StoreStatistics: Hashable, Sendable {
  /// Keys that exist.
  public let keys: Int
  /// Bytes of those keys and their values.
  public let keyValueBytes: Int
  /// Superseded versions and tombstones that are kept.
  public let historyRecords: Int
  /// Bytes of their keys and values.
  public let historyBytes: Int
  public let sessions: Int
  public let revision: Revision
  /// The oldest revision that can be read.
  public let oldestRevision: Revision
}
