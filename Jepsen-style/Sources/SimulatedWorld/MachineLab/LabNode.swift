internal import Determinism
internal import RaftCore
internal import RaftTypes
internal import WriteAheadLog

/// A machine in the rack: its disk and clock outlive the process on it.
final class LabNode<Machine: ReplicatedMachine> {
  let place: Int
  let id: NodeID
  let disk = SimulatedDisk()
  var clock: NodeClock
  var process: LabProcess<Machine>?
  var life = 0
  var lostPower = false
  var pausedUntil: Instant?
  var backlog: [LabEvent] = []
  var stalledUntil = Instant(nanoseconds: 0)

  init(_ place: Int, _ clock: NodeClock) {
    self.place = place
    id = NodeID(UInt64(place) + 1)
    self.clock = clock
  }
}

/// One life of a node: consensus, the owner's machine, and the work that is under way for them.
final class LabProcess<Machine: ReplicatedMachine> {
  /// A snapshot job that waits for its turn on the disk.
  enum SnapshotWork {
    case write(SnapshotDescriptor, [UInt8])
    case store(SnapshotChunk)
    case send(SnapshotSend)
    case recall(Recall)
  }

  var core: RaftNode
  var machine: Machine
  var applied: LogIndex
  let storage: StorageUnit
  var inputs: [Input] = []
  var timerAt = Instant.distantFuture

  /// Messages that wait for the ballots in flight.
  var held: [Envelope] = []
  var ballotsInFlight = 0
  /// Commands of this node's clients, by where they stand in the log.
  var pending: SortedMap<LogIndex, (operation: Int, term: Term)> = SortedMap()
  /// Queries whose index is not applied yet.
  var waiting: [ReadReady] = []

  // Snapshots.
  var work: [SnapshotWork] = []
  var isWorking = false
  var isWriting = false
  var sinceMark: UInt64 = 0
  var isMarkProposed = false
  var mark: StateMark?
  var incoming: SnapshotReceiver<SimulatedDisk>?
  /// Received snapshots on their way into the log's shelf, in order.
  var adopting: [SnapshotDescriptor] = []
  var loaded: (snapshot: SnapshotDescriptor, machine: Machine)?

  init(_ core: RaftNode, _ machine: Machine, applied: LogIndex, _ storage: StorageUnit) {
    self.core = core
    self.machine = machine
    self.applied = applied
    self.storage = storage
  }
}
