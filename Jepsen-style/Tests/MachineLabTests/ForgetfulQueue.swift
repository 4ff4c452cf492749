import BinaryCodec
import RaftTypes
import SimulatedWorld

/// The queue with a bug: its snapshot says of the jobs that workers have that they still wait.
struct ForgetfulQueue: ReplicatedMachine {
  private var queue = JobQueue()

  init() {}

  mutating func apply(_ command: Bytes, at time: LogTime) -> Bytes {
    queue.apply(command, at: time)
  }

  func query(_ question: Bytes) -> Bytes { queue.query(question) }

  func snapshot() -> Bytes {
    let jobs = queue.taken + queue.waiting
    return ([UInt64(jobs.count)] + jobs).reduce(into: []) { $0 += QueueCommand.bytes($1) }
  }

  init(restoring snapshot: Bytes) { queue = JobQueue(restoring: snapshot) }

  var stateHash: UInt64 { queue.stateHash }
}
