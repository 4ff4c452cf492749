internal import NIOConcurrencyHelpers
internal import NIOPosix

/// One thread that takes everything that has come together since it last looked: while it works,
/// the next group forms by itself, without a timer.
final class Worker<Job: Sendable>: Sendable {
  private struct Queue: Sendable {
    var jobs: [Job] = []
    var isRunning = false
    /// Set once nothing more is taken; called when what was taken is done.
    var whenDone: (@Sendable () -> Void)?
  }

  private let thread: NIOThreadPool
  private let queue = NIOLockedValueBox(Queue())
  private let perform: @Sendable ([Job], Worker) -> Void

  /// - Parameter perform: does a group of jobs, in order, on the worker's thread.
  init(_ perform: @escaping @Sendable ([Job], Worker) -> Void) {
    self.perform = perform
    thread = NIOThreadPool(numberOfThreads: 1)
    thread.start()
  }

  /// Adds jobs behind those that wait; after `stop` they are dropped.
  func submit(_ jobs: [Job]) {
    start { queue in
      guard queue.whenDone == nil else { return false }
      queue.jobs.append(contentsOf: jobs)
      return true
    }
  }

  /// What has come since the group that is being worked on was taken.
  func takeArrived() -> [Job] {
    queue.withLockedValue { queue in
      defer { queue.jobs = [] }
      return queue.jobs
    }
  }

  /// Ends the thread once it has done what it was given; then `done` is called, there.
  func stop(_ done: @escaping @Sendable () -> Void = {}) {
    start { queue in
      guard queue.whenDone == nil else { return false }
      queue.whenDone = done
      return true
    }
  }

  /// Whether `stop` was called: work that waits for the world must not go on waiting.
  var isStopping: Bool { queue.withLockedValue { $0.whenDone != nil } }

  // Wakes the thread when `change` left it something to do.
  private func start(after change: (inout Queue) -> Bool) {
    let mustStart = queue.withLockedValue { queue in
      guard change(&queue), !queue.isRunning else { return false }
      queue.isRunning = true
      return true
    }
    guard mustStart else { return }
    thread.submit { _ in self.drain() }
  }

  private func drain() {
    while true {
      let (group, done) = queue.withLockedValue { queue in
        let group = queue.jobs
        queue.jobs = []
        guard group.isEmpty else { return (group, nil as (@Sendable () -> Void)?) }
        // Once stopped it stays running, so that nobody wakes a thread that has gone.
        queue.isRunning = queue.whenDone != nil
        return (group, queue.whenDone)
      }
      if let done {
        thread.shutdownGracefully { _ in }
        done()
      }
      if group.isEmpty { return }
      perform(group, self)
    }
  }
}
