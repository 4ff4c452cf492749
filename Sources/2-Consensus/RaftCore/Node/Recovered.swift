public import RaftTypes

/// What a node's disk gave back when it started.
public struct Recovered: Hashable, Sendable {
  public var ballot: Ballot
  /// The disk that is in the machine now.
  public var incarnation: DiskIncarnation
  public var snapshot: SnapshotDescriptor?
  /// The position just before the first slot.
  public var base: LogPosition
  public var slots: [LogSlot]
  /// False: the snapshot before the log is damaged, and so there is no state. `snapshot` is nil
  /// then, or known by its descriptor alone.
  public var stateIsSound: Bool

  public init(
    ballot: Ballot, incarnation: DiskIncarnation, snapshot: SnapshotDescriptor?,
    base: LogPosition, slots: [LogSlot], stateIsSound: Bool = true
  ) {
    self.ballot = ballot
    self.incarnation = incarnation
    self.snapshot = snapshot
    self.base = base
    self.slots = slots
    self.stateIsSound = stateIsSound
  }
}

extension Recovered {
  /// The term and vote to start with. Log writes do not wait for the ballot of their term, so the
  /// log may know a later term; no vote of it can have left this node (§5.2).
  var ballotInForce: Ballot {
    let seen = max(slots.last?.position.term ?? base.term, snapshot?.position.term ?? .zero)
    guard ballot.term >= seen else { return Ballot(term: seen, vote: nil) }
    return ballot
  }

  /// The leader's time in the newest entry that can be read.
  var logTime: LogTime {
    var newest = snapshot?.logTime ?? .zero
    for case .entry(let entry) in slots.reversed() {
      newest = max(newest, entry.logTime)
      break
    }
    return newest
  }
}

extension RaftNode {
  /// Brings what the disk gave back into one piece: a crash may have fallen between a snapshot, the
  /// ballot and the log write that belong together. The writes this takes leave with the first
  /// step.
  mutating func reconcile() {
    if ballot != durableBallot { effects.ballot = ballot }
    guard let snapshot else { return }
    let index = snapshot.position.index
    precondition(
      log.base.index <= index,
      "RaftNode \(id): the log starts behind \(log.base), its newest snapshot ends at \(index)")
    if !log.holds(snapshot.position) {
      // The log ends before the snapshot, or differs from it: what is chosen stands in the
      // snapshot.
      configurations.reset(to: snapshot, keepingTail: false)
      effects.logWrites.append(log.reset(to: snapshot))
    } else if let faulty = log.faulty.first, faulty <= index {
      // Nobody need fill what the snapshot covers.
      log.compact(through: index)
      effects.compactThrough = index
    }
  }
}
