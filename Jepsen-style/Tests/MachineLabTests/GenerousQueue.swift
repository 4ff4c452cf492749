import BinaryCodec
import RaftTypes
import SimulatedWorld

/// A queue that is replicated without a fault and still wrong: every eighth job stays where it is
/// when it is taken.
struct GenerousQueue: ReplicatedMachine {
  private var queue = JobQueue()

  init() {}

  mutating func apply(_ command: Bytes, at time: LogTime) -> Bytes {
    if case .take? = QueueCommand(command), let first = queue.waiting.first, first % 8 == 0 {
      return QueueCommand.bytes(first)
    }
    return queue.apply(command, at: time)
  }

  func query(_ question: Bytes) -> Bytes { queue.query(question) }

  func snapshot() -> Bytes { queue.snapshot() }

  init(restoring snapshot: Bytes) { queue = JobQueue(restoring: snapshot) }

  var stateHash: UInt64 { queue.stateHash }
}
