internal import NIOConcurrencyHelpers

/// One thread that takes everything that has come together since it last looked: while it works,
/// the next group forms by itself, without a timer.
///
/// It sleeps on the lock of its queue: to hand it a job is one system call when it sleeps, none
/// when it works. It lives until `stop`.
///
/// Unchecked: `lock` guards what varies.
final class Worker<Job: Sendable>: @unchecked Sendable {
  /// Its value: whether there is something to do.
  private let lock = ConditionLock(value: false)
  private var jobs: [Job] = []
  /// Set once nothing more is taken; called when what was taken is done.
  private var whenDone: (@Sendable () -> Void)?

  /// - Parameters:
  ///   - name: the thread's, at most 15 bytes.
  ///   - perform: does a group of jobs, in order, on the worker's thread.
  init(_ name: String, _ perform: @escaping @Sendable ([Job], Worker) -> Void) {
    OwnThread.start(name) { self.run(perform) }
  }

  /// Adds jobs behind those that wait; after `stop` they are dropped.
  func submit(_ jobs: [Job]) {
    change {
      guard whenDone == nil else { return }
      self.jobs.append(contentsOf: jobs)
    }
  }

  /// What has come since the group that is being worked on was taken.
  func takeArrived() -> [Job] {
    change {
      defer { jobs = [] }
      return jobs
    }
  }

  /// Ends the thread once it has done what it was given; then `done` is called, there.
  func stop(_ done: @escaping @Sendable () -> Void = {}) {
    change {
      if whenDone == nil { whenDone = done }
    }
  }

  /// Whether `stop` was called: work that waits for the world must not go on waiting.
  var isStopping: Bool { change { whenDone != nil } }

  // Wakes the thread when it sleeps and `body` left it something to do.
  private func change<Result>(_ body: () -> Result) -> Result {
    lock.lock()
    defer { lock.unlock(withValue: !jobs.isEmpty || whenDone != nil) }
    return body()
  }

  private func run(_ perform: ([Job], Worker) -> Void) {
    while true {
      lock.lock(whenValue: true)
      let group = jobs
      jobs = []
      let done = group.isEmpty ? whenDone : nil
      lock.unlock(withValue: whenDone != nil)
      if let done { return done() }
      if !group.isEmpty { perform(group, self) }
    }
  }
}
