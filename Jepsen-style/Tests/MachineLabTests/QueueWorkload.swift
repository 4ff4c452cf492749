import BinaryCodec
import Determinism
import SimulatedWorld

/// Clients that submit jobs, take them, finish some, and count.
struct QueueWorkload<Machine: ReplicatedMachine>: MachineWorkload {
  private var submitted: UInt64 = 0

  mutating func next(for client: Int, _ dice: inout Dice) -> MachineCall {
    switch dice.below(10) {
    case 0...3:
      submitted += 1
      return .command(QueueCommand.submit(submitted).encoded)
    case 4...6: return .command(QueueCommand.take.encoded)
    case 7: return .command(QueueCommand.finish(1 + dice.below(submitted + 1)).encoded)
    default: return .query([])
    }
  }

  /// No two workers were given the same job.
  func objection(to history: [MachineOperation], _ machine: Machine) -> String? {
    var given: Set<UInt64> = []
    for operation in history {
      guard case .command(let bytes) = operation.call, case .take? = QueueCommand(bytes),
        case .answered(let answer) = operation.outcome,
        let job = QueueCommand.numbers(answer).first
      else { continue }
      if !given.insert(job).inserted { return "job \(job) was given to two workers" }
    }
    return nil
  }
}
