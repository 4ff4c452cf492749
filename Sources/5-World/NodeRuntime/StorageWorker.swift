package import Replica
package import WriteAheadLog

/// The storage thread: it alone touches the log and the ballot.
package final class StorageWorker<Files: FileSystem & Sendable>: Sendable {
  private let worker: Worker<StorageTask>
  private let spares: SpareMaker<Files>
  let growth = LogGrowth()

  /// - Parameters:
  ///   - log: used by this thread alone from now on.
  ///   - files: the directory that `log` lives in.
  package init(_ log: WriteAheadLog<Files>, on files: Files, mailbox: Mailbox) {
    let spares = SpareMaker(files: files, growth: growth)
    self.spares = spares
    let owner = LogOwner(log, spares: spares, mailbox: mailbox, growth: growth)
    worker = Worker("log") { tasks, worker in owner.perform(tasks, worker) }
  }

  /// Hands jobs over, to be done in order; the answers come by the mailbox.
  package func submit(_ jobs: [StorageJob]) { worker.submit(jobs.map { .job($0) }) }

  /// Makes a finished snapshot file known to the log; then the loop hears of it.
  func adopt(_ snapshot: SnapshotFile, then input: ReplicaInput) {
    worker.submit([.adopt(snapshot, then: input)])
  }

  /// A snapshot could not be written or kept: where that was for want of room, the log gives up
  /// what it need not have.
  func snapshotFailed(_ fault: LogFault) {
    if case .diskFull = fault { worker.submit([.makeRoom]) }
  }

  /// Does what it was given, as far as there is space, and ends; then `done` is called, on its
  /// thread. Only then may the process end: a clean stop leaves no write half done.
  package func stop(_ done: @escaping @Sendable () -> Void) {
    spares.stop()
    worker.stop(done)
  }
}

/// What the storage thread is asked to do.
enum StorageTask: Sendable {
  case job(StorageJob)
  case adopt(SnapshotFile, then: ReplicaInput)
  case ended(SpareOrder, isDone: Bool)
  /// A snapshot found none.
  case makeRoom
}

/// Does beside the log what takes longer than a sync may: zeroing 64 MiB, at leisure, and the
/// directory's syncs when files go.
struct SpareMaker<Files: FileSystem & Sendable>: Sendable {
  private let worker: Worker<@Sendable () -> Void>
  private let files: Files
  private let growth: LogGrowth

  init(files: Files, growth: LogGrowth) {
    self.files = files
    self.growth = growth
    worker = Worker("log-spares") { jobs, _ in for job in jobs { job() } }
  }

  func stop() { worker.stop() }

  /// Carries `order` out elsewhere and says what became of it.
  func make(_ order: SpareOrder, for storage: Worker<StorageTask>) {
    let (files, growth) = (files, growth)
    worker.submit([
      {
        let isDone = (try? order.carryOut(on: files, rest: Leisure.pacing(growth))) != nil
        storage.submit([.ended(order, isDone: isDone)])
      }
    ])
  }
}
