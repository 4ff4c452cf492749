import BinaryCodec
import RaftTypes
import SimulatedWorld

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
