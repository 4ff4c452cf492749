internal import Determinism
public import RaftTypes

/// Names one proposal or read of this node's own clients; chosen by the caller, never reused while
/// pending.
public typealias Ticket = UInt64

/// A write that the caller wants in the log.
public struct Proposal: Hashable, Sendable {
  public let ticket: Ticket
  public let payload: Payload

  public init(ticket: Ticket, payload: Payload) {
    self.ticket = ticket
    self.payload = payload
  }
}

/// "The log is durable up to here": the answer to the log write of the same sequence.
public struct LogCompletion: Hashable, Sendable {
  /// `LogWrite.sequence` of the last write that the sync covered.
  public let sequence: UInt64
  /// Where that write ended. Term and index: the index alone could by now belong to another entry
  /// (pitfall 13).
  public let position: LogPosition

  public init(sequence: UInt64, position: LogPosition) {
    self.sequence = sequence
    self.position = position
  }
}

/// Something that happened. It reaches the node with the instant at which it did.
public enum Input: Hashable, Sendable {
  /// A message of another member.
  case received(Envelope)
  /// Writes of clients, and the wall clock for their entries' log time.
  case propose([Proposal], LogTime)
  /// Linearizable reads of this node's own clients.
  case read([Ticket])
  /// The same, for clients that trust clocks to drift no further than `TimeSpan.shortened` allows:
  /// a quorum's promises may stand for a round.
  case readByLease([Ticket])
  /// `nextDeadline` may have passed; harmless when it has not.
  case timePassed
  case logDurable(LogCompletion)
  /// The ballot was written and synced.
  case ballotDurable(Ballot)
  /// The state machine of this node wrote a snapshot, durably: the log before it may go.
  case snapshotTaken(SnapshotDescriptor)
  /// So many bytes of a snapshot offered by the leader are stored here.
  case chunkStored(LogPosition, received: UInt64)
  /// A snapshot offered by the leader is complete, verified and durable here, and ready to be
  /// installed.
  case snapshotReceived(SnapshotDescriptor)
  /// The answer to a recall: those of its entries that could be read, ascending.
  case recalled(Recall, [Entry])
  /// The records of these entries rotted at rest on this node's disk, and their bodies are not in
  /// memory.
  case rotted([LogPosition])
  /// An operator, or this node's own shutdown, wants another leader; nil: the best follower.
  case transfer(to: NodeID?)
  /// An operator wants another membership. Its first configuration is announced and committed like
  /// a proposal of this ticket.
  case changeMembership(MembershipChange, Ticket)
  /// A connection to this peer told on which disk it is.
  case peerDisk(NodeID, DiskIncarnation)
  /// The connection to a peer broke: what was in flight to it may be lost.
  case peerReset(NodeID)
  /// The connection on which this peer spoke has ended, by the peer's own kernel and behind
  /// everything that it said there.
  case connectionLost(NodeID)
  /// What the state machine has applied, and its hash at the newest mark; travels in
  /// acknowledgements.
  case applied(LogIndex, mark: StateMark?)
}
