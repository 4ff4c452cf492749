internal import RaftCore
internal import RaftTypes
internal import Replica
internal import WriteAheadLog

/// What storage is asked to do.
enum StorageTask {
  case job(StorageJob)
  case adopt(SnapshotFile, then: ReplicaInput)
  case ended(SpareOrder, isDone: Bool)
  /// A snapshot found none.
  case makeRoom
}

/// The storage thread of one process, without the thread: what arrives while a sync is under way
/// shares the next one, and on a full disk nothing waits but log writes, as in production.
final class StorageUnit {
  private let log: WriteAheadLog<SimulatedDisk>
  private var arrived: [StorageTask] = []
  private var underWay: [StorageTask] = []
  private(set) var isBusy = false
  private(set) var isFull = false
  private var isSpareOrdered = false
  private var sequence: UInt64 = 0
  private var answeredSequence: UInt64 = 0
  /// What is certainly on the disk: the log's end, and the ballot.
  private(set) var synced: LogPosition
  private(set) var ballot: Ballot?
  /// The same entry by entry, for checks.
  private(set) var durable: DurableLog
  /// The lowest index that writes have replaced since the last sync: a crash may show either log.
  private(set) var replacing: LogIndex?

  init(_ log: WriteAheadLog<SimulatedDisk>, ballot: Ballot?, durable: DurableLog) {
    self.log = log
    self.durable = durable
    self.ballot = ballot
    synced = log.durable
  }

  /// The newest snapshot on the disk.
  var snapshot: LogPosition? { log.snapshots.first?.descriptor.position }

  func submit(_ task: StorageTask) { arrived.append(task) }

  /// Takes everything that has arrived; false when there is nothing, or storage is at work already.
  func begin() -> Bool {
    guard !isBusy, !arrived.isEmpty || !underWay.isEmpty else { return false }
    underWay += arrived
    arrived = []
    isBusy = true
    return true
  }

  /// Really does what was begun and says what the loop must hear.
  func complete() throws(LogFault) -> [ReplicaInput] {
    isBusy = false
    var answers: [ReplicaInput] = []
    let tasks = underWay
    underWay = []
    underWay = try carryOut(tasks, &answers)
    let isSettled = try sync(&answers)
    if isFull != !isSettled {
      isFull = !isSettled
      answers.append(.diskFull(isFull))
    }
    return answers
  }

  /// A spare segment that should be made elsewhere.
  func orderSpare() -> SpareOrder? {
    guard !isSpareOrdered, let order = log.orderSpare() else { return nil }
    isSpareOrdered = true
    return order
  }

  // Log writes that find no room wait, in order; nothing else does.
  private func carryOut(
    _ tasks: [StorageTask], _ answers: inout [ReplicaInput]
  ) throws(LogFault) -> [StorageTask] {
    var waiting: [StorageTask] = []
    for task in tasks {
      switch task {
      case .job(.log(let write)):
        let isDone = waiting.isEmpty ? try append(write) : false
        if !isDone { waiting.append(task) }
      case .job(.ballot(let saved)):
        try log.saveBallot(saved)
        ballot = saved
        answers.append(.ballotSaved(saved))
      case .job(.compact(let index)): try log.compact(through: index)
      case .job(.restore(let entries)): try log.restore(entries)
      case .adopt(let snapshot, let input):
        try log.adopt(snapshot)
        answers.append(input)
      case .ended(let order, let isDone):
        isSpareOrdered = false
        log.ended(order, isDone: isDone)
      case .makeRoom: log.makeRoom()
      }
    }
    return waiting
  }

  private func append(_ write: LogWrite) throws(LogFault) -> Bool {
    replacing = min(replacing ?? LogIndex(.max), write.change.first)
    do throws(LogFault) {
      switch write.change {
      case .append(let entries): try log.append(entries)
      case .fill(let entries): try log.fill(entries)
      case .reset(let snapshot): try log.reset(to: snapshot)
      }
    } catch {
      if case .diskFull = error { return false }
      throw error
    }
    durable.wrote(write.change)
    sequence = write.sequence
    return true
  }

  private func sync(_ answers: inout [ReplicaInput]) throws(LogFault) -> Bool {
    do throws(LogFault) {
      synced = try log.sync()
      durable.synced()
      replacing = nil
    } catch {
      if case .diskFull = error { return false }
      throw error
    }
    if answeredSequence < sequence {
      answeredSequence = sequence
      answers.append(.logSynced(LogCompletion(sequence: sequence, position: synced)))
    }
    return underWay.isEmpty
  }
}

extension LogWrite.Change {
  /// The first index that is not what it was before.
  fileprivate var first: LogIndex {
    switch self {
    case .append(let entries): entries.first?.index ?? LogIndex(.max)
    case .fill: LogIndex(.max)
    case .reset: .zero
    }
  }
}
