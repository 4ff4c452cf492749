import BinaryCodec
import RaftTypes
import SimulatedWorld

/// A queue that answers from something that is not its state: what this process has applied.
struct CountingQueue: ReplicatedMachine {
  private var queue = JobQueue()
  private var commands: UInt64 = 0

  init() {}

  mutating func apply(_ command: Bytes, at time: LogTime) -> Bytes {
    commands += 1
    return queue.apply(command, at: time)
  }

  func query(_ question: Bytes) -> Bytes { QueueCommand.bytes(commands) }

  func snapshot() -> Bytes { queue.snapshot() }

  init(restoring snapshot: Bytes) { queue = JobQueue(restoring: snapshot) }

  var stateHash: UInt64 { queue.stateHash }
}
