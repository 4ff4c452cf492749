import BinaryCodec
import RaftTypes
import SimulatedWorld

/// A queue that gives every job to one worker.
struct JobQueue: ReplicatedMachine {
  /// Waiting jobs, oldest first, and those that a worker has.
  private(set) var waiting: [UInt64] = []
  private(set) var taken: [UInt64] = []

  init() {}

  mutating func apply(_ command: Bytes, at time: LogTime) -> Bytes {
    switch QueueCommand(command) {
    case .submit(let job):
      guard !waiting.contains(job), !taken.contains(job) else { return [0] }
      waiting.append(job)
      return [1]
    case .take:
      guard !waiting.isEmpty else { return [] }
      let job = waiting.removeFirst()
      taken.append(job)
      return QueueCommand.bytes(job)
    case .finish(let job):
      guard let place = taken.firstIndex(of: job) else { return [0] }
      taken.remove(at: place)
      return [1]
    case nil:
      return []
    }
  }

  /// How many jobs wait.
  func query(_ question: Bytes) -> Bytes { QueueCommand.bytes(UInt64(waiting.count)) }

  func snapshot() -> Bytes {
    ([UInt64(waiting.count)] + waiting + taken).reduce(into: []) { $0 += QueueCommand.bytes($1) }
  }

  init(restoring snapshot: Bytes) {
    var numbers = QueueCommand.numbers(snapshot)
    let count = Int(numbers.removeFirst())
    waiting = Array(numbers.prefix(count))
    taken = Array(numbers.dropFirst(count))
  }

  var stateHash: UInt64 {
    snapshot().reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
  }
}
