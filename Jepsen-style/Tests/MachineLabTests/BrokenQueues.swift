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

/// The same bug, and a hash that looks away: states seem equal, so clients must notice.
struct BlindQueue: ReplicatedMachine {
  private var queue = ForgetfulQueue()

  init() {}

  mutating func apply(_ command: Bytes, at time: LogTime) -> Bytes {
    queue.apply(command, at: time)
  }

  func query(_ question: Bytes) -> Bytes { queue.query(question) }

  func snapshot() -> Bytes { queue.snapshot() }

  init(restoring snapshot: Bytes) { queue = ForgetfulQueue(restoring: snapshot) }

  var stateHash: UInt64 { 0 }
}

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
