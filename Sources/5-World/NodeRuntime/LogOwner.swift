import Glibc
internal import RaftCore
internal import RaftTypes
internal import Replica
internal import WriteAheadLog

/// What the storage thread does with what came together: all log writes share one sync, and nothing
/// waits for a log write that finds no room but the log writes behind it.
///
/// Unchecked: only the storage thread calls it.
final class LogOwner<Files: FileSystem & Sendable>: @unchecked Sendable {
  private let log: WriteAheadLog<Files>
  private let spares: SpareMaker<Files>
  private let mailbox: Mailbox
  private let growth: LogGrowth
  private var hasFailed = false
  private var isFull = false
  private var isSpareOrdered = false
  private var hasOrderFailed = false
  private var reportedBytes = 0
  /// The newest log write that was appended.
  private var sequence: UInt64 = 0
  private var answers: [ReplicaInput] = []

  /// Between two looks for space on a full disk, in microseconds: unnoticeable, and cheap.
  private static var fullPause: UInt32 { 50_000 }
  /// Bytes by which the log must have changed before its size is reported again.
  private static var reportStep: Int { 1 << 20 }

  init(
    _ log: WriteAheadLog<Files>, spares: SpareMaker<Files>, mailbox: Mailbox, growth: LogGrowth
  ) {
    self.growth = growth
    self.log = log
    self.spares = spares
    self.mailbox = mailbox
  }

  func perform(_ tasks: [StorageTask], _ worker: Worker<StorageTask>) {
    guard !hasFailed else { return }
    do throws(LogFault) {
      var waiting = try carryOut(tasks)
      while !(try isSettled(waiting)) {
        tellFull(true)
        // What was given up may be the space that is missing.
        orderSpare(worker)
        guard !worker.isStopping else { return }
        usleep(Self.fullPause)
        waiting = try carryOut(waiting + worker.takeArrived())
      }
      tellFull(false)
    } catch {
      hasFailed = true
      mailbox.post(answers)
      mailbox.fail("storage failed: \(error)")
      return
    }
    // First of all what others wait for.
    mailbox.post(answers)
    answers.removeAll(keepingCapacity: true)
    orderSpare(worker)
  }

  /// Does what can be done and returns the log writes that found no room, in order.
  private func carryOut(_ tasks: [StorageTask]) throws(LogFault) -> [StorageTask] {
    var waiting: [StorageTask] = []
    for task in tasks {
      switch task {
      case .job(.log(let write)):
        // `||` would lose the error's type.
        let isDone = waiting.isEmpty ? try append(write) : false
        if !isDone { waiting.append(task) }
      case .job(.ballot(let ballot)):
        try log.saveBallot(ballot)
        answers.append(.ballotSaved(ballot))
      case .job(.compact(let index)): try log.compact(through: index)
      case .job(.restore(let entries)): try restore(entries)
      case .adopt(let snapshot, let input):
        try log.adopt(snapshot)
        answers.append(input)
      case .ended(let order, let isDone):
        isSpareOrdered = false
        log.ended(order, isDone: isDone)
        hasOrderFailed = !isDone
      case .makeRoom: log.makeRoom()
      }
    }
    return waiting
  }

  /// - Returns: false when there is no room; then nothing was changed.
  private func append(_ write: LogWrite) throws(LogFault) -> Bool {
    do throws(LogFault) {
      switch write.change {
      case .append(let entries):
        try log.append(entries)
        growth.add(entries.reduce(0) { $0 + $1.weight })
      case .fill(let entries): try log.fill(entries)
      case .reset(let snapshot): try log.reset(to: snapshot)
      }
    } catch {
      if case .diskFull = error { return false }
      throw error
    }
    precondition(write.sequence > sequence, "LogOwner: write \(write.sequence) after \(sequence)")
    sequence = write.sequence
    return true
  }

  /// Without room the damage stays as it is; the node's next life finds it again.
  private func restore(_ entries: [Entry]) throws(LogFault) {
    do throws(LogFault) {
      try log.restore(entries)
    } catch {
      guard case .diskFull = error else { throw error }
    }
  }

  /// Syncs what was appended. False when the disk is full: here, or for a write that still waits.
  private func isSettled(_ waiting: [StorageTask]) throws(LogFault) -> Bool {
    let before = log.durable
    do throws(LogFault) {
      let durable = try log.sync()
      if sequence > 0, durable != before || answeredSequence < sequence {
        answeredSequence = sequence
        answers.append(.logSynced(LogCompletion(sequence: sequence, position: durable)))
      }
    } catch {
      if case .diskFull = error { return false }
      throw error
    }
    if abs(log.sizeOnDisk - reportedBytes) >= Self.reportStep {
      reportedBytes = log.sizeOnDisk
      answers.append(.diskUsage(bytes: UInt64(reportedBytes)))
    }
    return waiting.isEmpty
  }

  private var answeredSequence: UInt64 = 0

  private func tellFull(_ full: Bool) {
    if full != isFull {
      isFull = full
      answers.append(.diskFull(full))
    }
    if full {
      mailbox.post(answers)
      answers.removeAll(keepingCapacity: true)
    }
  }

  private func orderSpare(_ worker: Worker<StorageTask>) {
    // What failed is tried again with the next write, not at once.
    defer { hasOrderFailed = false }
    guard !isSpareOrdered, !hasOrderFailed, let order = log.orderSpare() else { return }
    isSpareOrdered = true
    spares.make(order, for: worker)
  }
}
