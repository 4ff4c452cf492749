internal import Determinism
internal import Faults
internal import RaftTypes
internal import Replica
internal import VirtualIP
internal import WriteAheadLog

/// A machine: its disk and clocks live on when the process on it dies.
final class SimulatedNode {
  let place: Int
  let id: NodeID
  let disk: SimulatedDisk
  /// Names the disk: another one under the same id is another voter.
  var incarnation: DiskIncarnation
  var clock: NodeClock
  var process: NodeProcess?
  /// Grows with every start, so that what was meant for an earlier life finds nobody.
  var life = 0
  /// The power was lost since the process died.
  var lostPower = false
  var pausedUntil: Instant?
  /// What arrives while the process is frozen.
  var backlog: [Event] = []
  var stalledUntil = Instant(nanoseconds: 0)
  /// What the disk has promised to keep, over all lives.
  var synced = LogPosition.origin
  /// Writes under way when the process died began to replace the log from here on: the new log may
  /// be there or the old one.
  private(set) var replacedFrom: LogIndex?
  var ballot = Ballot.blank
  /// Whom it voted for in each term, over all lives: one candidate (pitfall 2).
  var votes = SortedMap<Term, NodeID>()
  /// On what terms its machine may hold the address; nil: by a socket of loopback.
  var terms: AddressTerms?
  /// The claim that its guard works on.
  var claimed: Term?
  /// How much it said it holds, to the leader of each term, over all lives.
  var acknowledged = SortedMap<Term, LogIndex>()
  /// Whom it heard, over all lives.
  var hearing = Hearing()
  /// How it named the calls that it forwarded, and in which life.
  var forwarded: [UInt64: Int] = [:]
  /// It stays dead.
  var isGone = false
  /// How it will die when storage is next in the middle of something.
  var doom: Death?
  /// What will have happened to its disk when it comes back.
  var pendingDecay: [Decay] = []
  /// The disk forgot what it said it kept: only an empty one may take its place.
  var mustReplaceDisk = false
  /// The configuration it had in force when it died.
  var lastConfiguration: Configuration?

  init(place: Int, id: NodeID, clock: NodeClock, disk: SimulatedDisk) {
    self.place = place
    self.id = id
    self.clock = clock
    self.disk = disk
    incarnation = DiskIncarnation(id.number)
  }

  var isUp: Bool { process != nil }

  /// Where its log ends.
  var end: LogPosition { process?.view.last ?? .origin }

  /// Whether a crash may show another log at this index than the one that was synced.
  func isReplacing(_ index: LogIndex) -> Bool {
    let first = min(replacedFrom ?? LogIndex(.max), process?.storage.replacing ?? LogIndex(.max))
    return first <= index
  }

  /// The disk is gone with all that it promised.
  func forgetEverything() {
    synced = .origin
    replacedFrom = nil
    ballot = .blank
    lastConfiguration = nil
  }

  /// The process died while the log was being replaced from `index` on.
  func forgives(_ index: LogIndex?) {
    guard let index else { return }
    replacedFrom = min(index, replacedFrom ?? index)
  }

  /// Whether a log that ends there has kept all that was synced.
  func hasKept(_ last: LogPosition) -> Bool {
    if last >= synced { return true }
    guard let replacedFrom else { return false }
    return replacedFrom <= synced.index && last.index >= replacedFrom.previous
  }

  /// What recovery found is what the disk keeps from now on.
  func recovered(_ last: LogPosition, _ ballot: Ballot) {
    synced = last
    replacedFrom = nil
    self.ballot = ballot
  }
}

/// One life of a node's process: the production replica, and what stands around it.
final class NodeProcess {
  var replica: Replica
  let storage: StorageUnit
  let snapshots: SnapshotUnit
  /// What is being done beside the log for it.
  var spareOrder: SpareOrder?
  var inputs: [ReplicaInput] = []
  var timerAt = Instant.distantFuture
  /// The replica as its last turn left it.
  var view: NodeView
  /// What was in force when its last turn ended.
  var configuration: Configuration?
  /// Where snapshots stood that it found damaged when it started; they still name who belongs to
  /// the cluster.
  var damagedSnapshots: [LogIndex] = []
  /// Whom its connections may lead to, as the replica last said.
  var peers: PeerSet?
  /// What others denied to it, and what of its log is void therefore.
  var denials = Denials()

  init(_ replica: Replica, _ storage: StorageUnit, _ snapshots: SnapshotUnit) {
    var replica = replica
    view = NodeView(&replica)
    self.replica = replica
    self.storage = storage
    self.snapshots = snapshots
  }
}
