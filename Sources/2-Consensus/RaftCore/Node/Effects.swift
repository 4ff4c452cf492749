internal import Determinism
public import RaftTypes

/// A change of the log that storage must make, in order.
public struct LogWrite: Hashable, Sendable {
  /// What storage must do.
  /// What becomes of the log.
  public enum Change: Hashable, Sendable {
    /// Entries in order; everything at or behind the first one's index goes.
    case append([Entry])
    /// Bodies for slots that storage reported as faulty; nothing else changes.
    case fill([Entry])
    /// The whole log goes; it starts again behind this snapshot.
    case reset(SnapshotDescriptor)
  }

  /// Grows by one with every write of this node's life.
  public let sequence: UInt64
  public let change: Change

  public init(sequence: UInt64, change: Change) {
    self.sequence = sequence
    self.change = change
  }
}

/// "Send this member the snapshot at `position`, from this byte on": one window of chunks.
public struct SnapshotSend: Hashable, Sendable {
  public let to: NodeID
  public let snapshot: SnapshotDescriptor
  public let offset: UInt64

  public init(to: NodeID, snapshot: SnapshotDescriptor, offset: UInt64) {
    self.to = to
    self.snapshot = snapshot
    self.offset = offset
  }
}

/// "Read these entries back from the log's files": their bodies left memory, and are wanted again.
public struct Recall: Hashable, Sendable {
  /// Whom they are for.
  public enum Purpose: Hashable, Sendable {
    /// A follower that lags.
    case replication(to: NodeID)
    /// A member whose own copies rotted.
    case repair(of: NodeID)
    /// This node's state machine, which took an older state.
    case application
  }

  public let purpose: Purpose
  /// Ascending, at least one. A position names one entry for ever (§5.3), so whatever else the
  /// files hold of these indexes is void.
  public let positions: [LogPosition]

  public init(_ purpose: Purpose, _ positions: [LogPosition]) {
    self.purpose = purpose
    self.positions = positions
  }
}

/// Where a proposal of this node went.
public struct Appended: Hashable, Sendable {
  public let ticket: Ticket
  public let position: LogPosition

  public init(ticket: Ticket, position: LogPosition) {
    self.ticket = ticket
    self.position = position
  }
}

/// Why the core could not take a proposal or a read now. Neither had any effect.
public enum Refusal: Hashable, Sendable {
  /// This node does not lead, or stopped leading before the request entered the log or was
  /// confirmed.
  case notLeader
  /// A bound of `Limits` is reached; try later.
  case overloaded
}

/// A proposal or read that was not taken.
public struct Refused: Hashable, Sendable {
  public let ticket: Ticket
  public let reason: Refusal

  public init(ticket: Ticket, reason: Refusal) {
    self.ticket = ticket
    self.reason = reason
  }
}

/// What a read may now be answered from.
public struct ReadReady: Hashable, Sendable {
  public let ticket: Ticket
  /// Answer once the state machine has applied this index.
  public let index: LogIndex

  public init(ticket: Ticket, index: LogIndex) {
    self.ticket = ticket
    self.index = index
  }
}

/// How a leadership transfer ended at the node that led.
public enum TransferOutcome: Hashable, Sendable {
  /// The target was told to start its election; this node follows.
  case handedOver(to: NodeID)
  /// The target was told, and nobody has heard of its election in time; this node holds one
  /// itself. Who will lead is open.
  case unanswered(by: NodeID)
  /// The target did not catch up in time, or is no voter; this node leads on.
  case abandoned
  /// This node does not lead.
  case notLeader
}

/// A change of the membership that was not begun.
public struct RefusedChange: Hashable, Sendable {
  public let ticket: Ticket
  public let reason: MembershipRefusal

  public init(ticket: Ticket, reason: MembershipRefusal) {
    self.ticket = ticket
    self.reason = reason
  }
}

/// What this node's state was found to be at a mark, and what a quorum has there.
public struct Quarantine: Hashable, Sendable {
  public let found: StateMark
  public let agreed: StateMark

  public init(found: StateMark, agreed: StateMark) {
    self.found = found
    self.agreed = agreed
  }
}

/// What must now be done. The slots of this and of `Seldom` are honoured in this order: relinquish,
/// ballot, log writes, messages, after ballot, install, appended, committed, refused proposals,
/// quarantine, refused changes, reads ready, and the rest as it stands in `Seldom`.
@dynamicMemberLookup
public struct Effects: Hashable, Sendable {
  /// Leadership's outward signs (the lease, the address) must end before anything below is done.
  /// Late: two holders.
  public var relinquish = false

  /// Must become durable before `afterBallot` leaves. Late or lost: a second vote in one term
  /// (pitfall 2).
  public var ballot: Ballot?

  /// Must become durable in this order; each is answered by `Input.logDurable`. Acknowledgements
  /// follow from that answer, so a lost write costs progress, never safety.
  public var logWrites: [LogWrite] = []

  /// May leave at once, in parallel with the writes above: a leader's appends need not wait for its
  /// own disk (dissertation §10.2.1).
  public var messages: [Envelope] = []

  /// Proposals that entered the log, in order; their fate is known when their position commits.
  public var appended: [Appended] = []

  /// Apply in order. Late: reads wait.
  public var committed: [Entry] = []

  /// Reads that may be answered once the index is applied.
  public var readsReady: [ReadReady] = []
  /// How many of them rest on a lease.
  public var leaseReads = 0

  /// What hardly a turn has, behind one reference: every turn makes effects, moves them and lets go
  /// of each slot by itself. Nil: there is nothing of it.
  public private(set) var seldom: Shared<Seldom>?

  public init() {}

  /// The slots of `Seldom` as if they stood here.
  public subscript<Slot>(dynamicMember slot: WritableKeyPath<Seldom, Slot>) -> Slot {
    get { seldom?[dynamicMember: slot] ?? Seldom()[keyPath: slot] }
    _modify {
      var changed = seldom.take() ?? Shared(Seldom())
      defer { seldom = changed }
      yield &changed[dynamicMember: slot]
    }
  }
}

extension Effects {
  /// What hardly a turn has, in the order of `Effects`.
  public struct Seldom: Hashable, Sendable {
    /// May leave only once `ballot` (of this step, or of the latest step that had one) is durable:
    /// votes, and whatever is said in a term not yet on disk.
    public var afterBallot: [Envelope] = []

    /// Replace the state machine by this received snapshot before applying `committed`.
    public var install: SnapshotDescriptor?

    public var refusedProposals: [Refused] = []
    /// The state machine is wrong: nothing may be read from it any more. Late: wrong answers.
    public var quarantine: Quarantine?
    /// Changes of the membership that were not begun.
    public var refusedChanges: [RefusedChange] = []
    public var refusedReads: [Refused] = []

    /// Store a piece of the leader's snapshot; answered by `chunkStored`, at the end by
    /// `snapshotReceived`.
    public var chunks: [SnapshotChunk] = []
    /// Send pieces of this node's snapshot.
    public var snapshotSends: [SnapshotSend] = []
    /// Read entries back from the log's files; each is answered by `Input.recalled`. Late: whoever
    /// they are for waits.
    public var recalls: [Recall] = []
    /// Entries of this node's log whose records rotted at rest, brought by others: write them once
    /// more.
    public var restored: [Entry] = []
    /// The log up to here is no longer needed in memory or by any follower. Late: disk space.
    public var compactThrough: LogIndex?

    /// A follower's state is lost or wrong, and what this leader could send it may be too old: take
    /// a snapshot soon.
    public var stateWanted = false
    /// A follower lacks entries that cannot be read any more: take a snapshot of all that is
    /// applied at once, at no mark. Without that follower there may be no quorum to commit one.
    public var snapshotWanted = false
    public var transfer: TransferOutcome?
    /// At this mark no quorum shares a state: nobody knows what is right, and the cluster must
    /// stop.
    public var divergence: LogIndex?

    init() {}
  }
}
