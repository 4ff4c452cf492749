public import RaftTypes

/// What a directory holds, as `WriteAheadLog.open` found it.
public struct Recovery: Equatable, Sendable {
  public let identity: DiskIdentity
  /// What this disk promised, under this incarnation.
  public let ballot: Ballot
  /// What the state machine starts from.
  public let state: RecoveredState
  /// Snapshots that are damaged and could be repaired from other nodes, newest first.
  public let damaged: [LogPosition]
  /// The log without a gap. Begins at or below the entry after the snapshot (a tail below it is
  /// kept for slow followers); empty when the snapshot, sound or lost, is all there is.
  public let slots: [LogSlot]
  /// What recovery did or noticed, in the order of finding. Show it to the operator.
  public let notes: [RecoveryNote]

  /// The snapshot to start from; nil when the log reaches back to entry 1, or the state is lost.
  public var snapshot: SnapshotFile? {
    switch state {
    case .sound(let snapshot): snapshot
    case .lost: nil
    }
  }
}

/// Whether there is a state that the log continues.
public enum RecoveredState: Equatable, Sendable {
  /// The state of the snapshot; without one the log reaches back to entry 1.
  case sound(SnapshotFile?)
  /// The log begins behind a snapshot that cannot be restored, and nothing older replaces it. The
  /// log can be kept, acknowledged and voted by; nothing can be applied until the state is back.
  case lost(LostSnapshot)
}

/// A snapshot that stands on the disk and cannot be restored.
public struct LostSnapshot: Hashable, Sendable {
  /// What it covers, by its name. Everything up to there is committed: snapshots are taken of
  /// nothing else.
  public let position: LogPosition
  /// What its header says, when either copy of that is sound.
  public let descriptor: SnapshotDescriptor?
  /// Whether its bytes can be repaired; not, when it is the state that was found wrong.
  public let isRepairable: Bool

  public init(position: LogPosition, descriptor: SnapshotDescriptor?, isRepairable: Bool = true) {
    self.position = position
    self.descriptor = descriptor
    self.isRepairable = isRepairable
  }
}

/// Something that recovery did or noticed.
public enum RecoveryNote: Hashable, Sendable {
  /// The log ended in a write that a crash interrupted; nobody was promised what it held.
  case tornTailCut(path: String, offset: Int)
  /// A record's body rotted; its entries are kept as faulty slots until the leader fills them.
  case faultyRecord(path: String, offset: Int, first: LogPosition, last: LogPosition)
  /// One of a record's two identities rotted; the other one was used.
  case identityRestored(path: String, offset: Int)
  /// One copy of a file of two copies was lost and written anew.
  case copyRewritten(path: String, copy: Int)
  /// One copy of a snapshot's header was lost and the disk does not take it; the other one serves.
  case copyLost(path: String, copy: Int)
  /// Both copies of the ballot were lost: the disk may have given votes that it does not remember.
  /// It goes on as another disk, which has given none, with the same log.
  case incarnationRenewed(from: DiskIncarnation, to: DiskIncarnation)
  /// A snapshot cannot be used.
  case snapshotDamaged(path: String, offset: Int, finding: String)
  /// The newest snapshot is damaged; the one before it and the log replace it.
  case fellBack(to: LogPosition)
  /// The newest snapshot is damaged and nothing on this disk replaces it: the state has to come
  /// from other nodes.
  case stateLost(at: LogPosition)
  /// The log ended below the snapshot or contradicted it; the snapshot replaces it (§7).
  case logReplaced(by: LogPosition)
  /// A file that a crash left unfinished was removed.
  case unfinishedRemoved(path: String)
  /// There is no room for the reserve file: writes are refused once the current segment is full.
  case reserveMissing
  /// A sector could not be read; it counts as rotten.
  case unreadableSector(path: String, offset: Int)
}

/// A snapshot that stands on the disk under its final name.
public struct SnapshotFile: Hashable, Sendable {
  public let descriptor: SnapshotDescriptor
  /// Relative to the data directory.
  public let path: String
  /// Length of the file in bytes.
  public let size: Int

  public init(descriptor: SnapshotDescriptor, path: String, size: Int) {
    self.descriptor = descriptor
    self.path = path
    self.size = size
  }
}
