public import BinaryCodec
internal import Determinism

/// What an entry does.
public enum Payload: Hashable, Sendable {
  /// The cluster's birth: always entry 1, in term 0, written to every disk by `cluster init`.
  case genesis(ClusterID, Membership)
  /// The first entry of a leader's term (§8). `claim` is opaque to consensus: the record with which
  /// the leader claims the virtual IP.
  case termStart(claim: Bytes)
  /// A new configuration; in force as soon as it is appended (§6).
  case membership(Membership)
  /// For the state machine, opaque to consensus.
  case command(Bytes)
  /// What became of that claim; opaque to consensus too.
  case address(Bytes)
  /// Every node cuts its view of the state here, so snapshots of equal index are equal.
  case snapshotMark
}

/// One entry of the replicated log.
public struct Entry: Hashable, Sendable {
  public let position: LogPosition
  /// When the leader appended it, by its own wall clock; never less than the entry before it.
  public let logTime: LogTime
  public let payload: Payload

  public init(position: LogPosition, logTime: LogTime, payload: Payload) {
    self.position = position
    self.logTime = logTime
    self.payload = payload
  }

  @inlinable public var term: Term { position.term }
  @inlinable public var index: LogIndex { position.index }

  /// Bytes that the entry costs in a window or a batch: its opaque payload and a fixed share for
  /// the rest.
  public var weight: Int {
    switch payload {
    case .command(let bytes), .termStart(claim: let bytes), .address(let bytes): 32 + bytes.count
    case .genesis(_, let membership), .membership(let membership):
      32 + 64 * membership.members.count
    case .snapshotMark: 32
    }
  }
}

/// A place of the log as recovery found it. A slot whose body rotted keeps its identity: it counts
/// when logs are compared in votes, is never acknowledged, and waits to be filled.
public enum LogSlot: Hashable, Sendable {
  case entry(Entry)
  case faulty(LogPosition)

  @inlinable public var position: LogPosition {
    switch self {
    case .entry(let entry): entry.position
    case .faulty(let position): position
    }
  }
}
