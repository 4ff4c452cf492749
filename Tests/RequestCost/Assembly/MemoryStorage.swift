import RaftCore
import Replica
import WriteAheadLog

/// What the storage thread does, without the thread: all log writes that have come together share
/// one sync.
final class MemoryStorage {
  private let log: WriteAheadLog<MemoryFiles>
  private var jobs: [StorageJob] = []
  private var sequence: UInt64 = 0

  init(_ log: WriteAheadLog<MemoryFiles>) { self.log = log }

  var isIdle: Bool { jobs.isEmpty }

  func submit(_ jobs: [StorageJob]) { self.jobs += jobs }

  /// Does everything that was handed over, and says what the loop must hear.
  func perform() throws(LogFault) -> [ReplicaInput] {
    guard !jobs.isEmpty else { return [] }
    var answers: [ReplicaInput] = []
    let group = jobs
    jobs = []
    let before = sequence
    for job in group {
      switch job {
      case .ballot(let ballot):
        try log.saveBallot(ballot)
        answers.append(.ballotSaved(ballot))
      case .compact(let index): try log.compact(through: index)
      case .restore(let entries): try log.restore(entries)
      case .log(let write):
        switch write.change {
        case .append(let entries): try log.append(entries)
        case .fill(let entries): try log.fill(entries)
        case .reset(let snapshot): try log.reset(to: snapshot)
        }
        sequence = write.sequence
      }
    }
    let durable = try log.sync()
    if sequence > before {
      answers.append(.logSynced(LogCompletion(sequence: sequence, position: durable)))
    }
    return answers
  }
}
