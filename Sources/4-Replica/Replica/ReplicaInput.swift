package import ClientProtocol
package import KeyValueStore
package import NetworkTypes
package import PeerProtocol
package import RaftCore
package import RaftTypes
package import VirtualIP

/// Something that happened to a node; it reaches the replica with the instant at which it did.
package enum ReplicaInput: Sendable {
  case frame(PeerFrame, from: NodeID)
  /// A connection ended, with what had certainly not left on it.
  case linkLost(NodeID, LinkLoss)
  /// A connection to this peer told on which disk it is, whether that is the one the configuration
  /// names or not.
  case peerDisk(NodeID, DiskIncarnation)
  /// This frame will certainly not reach its peer.
  case unsent(PeerFrame, to: NodeID)
  /// A client of this node asks; the answer carries the same tag.
  case call(ClientCall, tag: UInt64)
  /// The answer to a `Scan`.
  case scanned(Ticket, ClientReply)
  /// The answers of the storage thread, in the order of its jobs.
  case ballotSaved(Ballot)
  case logSynced(LogCompletion)
  /// Whether the disk refuses writes for lack of space. The jobs wait; nothing is lost.
  case diskFull(Bool)
  case diskUsage(bytes: UInt64)
  /// This node's own snapshot is durable.
  case snapshotWritten(SnapshotDescriptor, bytes: UInt64)
  /// It could not be written; the next mark tries again.
  case snapshotFailed(LogPosition)
  /// The answer to `SnapshotJob.send`.
  case chunkRead(SnapshotChunk, to: NodeID)
  /// The answer to `SnapshotJob.store`: bytes held so far.
  case chunkStored(LogPosition, received: UInt64)
  /// A received snapshot is complete, verified and durable, and this is its state.
  indirect case snapshotLoaded(SnapshotDescriptor, Store)
  /// This node's own snapshot file of this position was found damaged.
  case snapshotDamaged(LogPosition)
  /// The record of these entries of one term was found rotten on this node's disk.
  case recordDamaged(first: LogPosition, last: LogPosition)
  /// The answer to `SnapshotJob.recall`: those of its entries that could be read, ascending.
  case recalled(Recall, [Entry])
  /// The answer to `SnapshotJob.mend`; a whole file comes as `snapshotLoaded` besides.
  case mending(LogPosition, MendingProgress)
  /// The answer to `SnapshotJob.readPiece`.
  case pieceRead(SnapshotPiece, to: NodeID)
  case address(AddressEvent)
  /// Whether clients could reach this node at the address: its link is up, or down.
  case addressReachable(Bool)
  /// Connections through the virtual IP that this node, which holds it, accepted and that ended.
  case flows(opened: [Flow], closed: [Flow])
  /// What the host can enforce has turned out, or has changed.
  case addressTerms(AddressTerms)
  /// `nextDeadline` may have passed.
  case timePassed
  /// Hand over what this node leads, then stop.
  case stop
}
