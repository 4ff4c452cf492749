package import ClientProtocol
package import Determinism
package import KeyValueStore
package import PeerProtocol
package import RaftCore
package import RaftTypes
package import VirtualIP

/// Work for the storage thread, done and answered in order.
package enum StorageJob: Hashable, Sendable {
  /// Both copies written and synced; answered by `ballotSaved`.
  case ballot(Ballot)
  /// Answered by `logSynced` once it is durable. Adjacent writes share one sync.
  case log(LogWrite)
  /// Segments up to here may be recycled; no answer.
  case compact(LogIndex)
  /// Records of these entries rotted at rest: write them once more; no answer.
  case restore([Entry])
}

/// Work for the snapshot threads, which read and write what is large.
package enum SnapshotJob: Sendable {
  /// Write this immutable view; answered by `snapshotWritten` or `snapshotFailed`.
  case write(SnapshotDescriptor, StoreView)
  /// Read one chunk of an own snapshot for a follower; answered by `chunkRead`.
  case send(SnapshotSend)
  /// Keep a chunk of the leader's snapshot; answered by `chunkStored`, and by `snapshotLoaded`
  /// after the last.
  case store(SnapshotChunk)
  /// Go on mending this node's damaged snapshot file, with a piece of another node's file where it
  /// stopped; answered by `mending`.
  case mend(LogPosition, SnapshotPiece?)
  /// Read a piece of an own snapshot file for a node whose file is damaged; answered by
  /// `pieceRead`.
  case readPiece(PieceRequest, for: NodeID)
  /// Read entries of the log back from its files; answered by `recalled`.
  case recall(Recall)
  /// The state was wrong at this index: own snapshots from there on must not be restored. No
  /// answer.
  case condemn(LogIndex)
}

/// A read that would hold up the loop. Answered by `ReplicaInput.scanned`, from any thread: the
/// view does not change.
package struct Scan: Sendable {
  package let ticket: Ticket
  package let query: RangeQuery
  package let view: StoreView
  /// Where the node stood when the view was made: what the answer is stamped with.
  package let stamp: ReplyStamp
  /// Nobody waits for the answer any longer.
  package let deadline: Instant

  static let tooLate = ClientError(
    .timeout, "no answer in time: long ranges are read one after the other; try again",
    outcome: .notApplied, retryable: true)

  /// The answer, of a scan whose turn comes at `now`.
  package func carryOut(at now: Instant) -> ReplicaInput {
    guard now < deadline else {
      return .scanned(ticket, ClientReply(stamp: stamp, body: .failed(Self.tooLate)))
    }
    do throws(StoreRefusal) {
      return .scanned(ticket, ClientReply(stamp: stamp, body: .range(try view.read(query))))
    } catch {
      return .scanned(ticket, ClientReply(stamp: stamp, body: .failed(ClientError(error))))
    }
  }
}

/// A frame and its addressee.
package struct Outbound: Hashable, Sendable {
  package let to: NodeID
  package let frame: PeerFrame

  package init(to: NodeID, frame: PeerFrame) {
    self.to = to
    self.frame = frame
  }
}

/// An answer to a client of this node.
package struct Answer: Hashable, Sendable {
  package let tag: UInt64
  package let reply: ClientReply
}

/// What a person who reads the node's log wants to know.
package enum ReplicaEvent: Hashable, Sendable {
  case leading(Term)
  case following(NodeID, Term)
  case campaigning(Term)
  /// No leader is known in this term.
  case leaderless(Term)
  case wroteSnapshot(LogPosition, bytes: UInt64)
  case installedSnapshot(LogPosition)
  case refusedSnapshot(LogPosition, reason: String)
  /// The snapshot file is damaged, and is mended from other nodes' files.
  case mendingSnapshot(LogPosition)
  case mendedSnapshot(LogPosition, pieces: UInt64)
  /// So many entries from there on rotted on the disk, and were written anew.
  case restoredEntries(LogPosition, count: Int)
  case changedMembership(Membership)
  /// This node's state differs from what a quorum has; it waits for another's.
  case quarantined(Quarantine)
}

/// Why a node must not go on.
package enum ReplicaFault: Error, Hashable, Sendable {
  /// No quorum shares a state at this mark: nobody knows what is right.
  case diverged(at: LogIndex)
}

/// The members to keep connections to, those among them whom an uncommitted configuration leaves
/// out.
package struct PeerSet: Hashable, Sendable {
  package let members: SortedMap<NodeID, Member>
  package let configuration: LogIndex
}

/// What must now be done, in slots that stand in the order in which they must be honoured.
package struct ReplicaEffects: Sendable {
  /// First of all: a release must be done before any frame below leaves, or a successor could claim
  /// the address while it is held here.
  package var address: [AddressAction] = []
  package var frames: [Outbound] = []
  /// Handed to the storage thread in this order. The frames above need not wait for it: what must,
  /// the replica keeps back until the answer comes; and they go first, because a follower's sync
  /// begins only when they have arrived.
  package var storage: [StorageJob] = []
  package var answers: [Answer] = []
  package var snapshots: [SnapshotJob] = []
  package var scans: [Scan] = []
  /// Whom to connect to, when that has changed.
  package var peers: PeerSet?
  package var events: [ReplicaEvent] = []
  /// The node has handed over, or has waited long enough: the process may end.
  package var stopped = false
  /// The process must end at once, with this reason.
  package var fault: ReplicaFault?
  /// When the replica wants to be stepped again, at the latest: `Replica.nextDeadline`, told here
  /// because to ask a replica that a loop owns would copy it.
  package internal(set) var nextDeadline = Instant.distantFuture

  package init() {}
}
