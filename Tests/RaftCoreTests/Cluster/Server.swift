import Determinism
import RaftCore
import RaftTypes

/// A node with its disk, its state machine and what its links hold back.
struct Server {
  let id: NodeID
  var disk: Disk
  /// What was in the machine before.
  var formerDisks: [Disk] = []
  /// Its state machine erred: its hashes are wrong.
  var errs = false
  /// In which way: who errs alike agrees.
  var error: UInt64 = 0xbad
  /// What it reported at the last mark.
  var mark: StateMark?
  /// Nil while it is down.
  var core: RaftNode?
  /// How often it was started; events of earlier lives are void.
  var life: UInt64 = 0
  /// What the state machine has applied.
  var applied = LogIndex.zero
  /// Messages that wait for a ballot.
  var held: [(ballot: Ballot, envelope: Envelope)] = []
  /// The last ballot that was handed to the disk in this life.
  var issued: Ballot?
  var lastSequence: UInt64 = 0
  /// Pieces of a snapshot that have arrived in order.
  var receiving: (position: LogPosition, received: UInt64)?

  init(id: NodeID, disk: Disk) {
    self.id = id
    self.disk = disk
  }

  /// Whether a disk of this server holds this position, or did.
  func held(_ position: LogPosition) -> Bool {
    disk.held(position) || formerDisks.contains { $0.held(position) }
  }

  /// Power goes; only the disk stays.
  mutating func lose() {
    core = nil
    held = []
    issued = nil
    receiving = nil
    lastSequence = 0
    mark = nil
    // A new life replays the log, or starts from a snapshot that was right.
    errs = false
  }
}
