internal import NIOConcurrencyHelpers
internal import NIOPosix

/// One thread that takes everything that has come together since it last looked: while it works, the next
/// group forms by itself, without a timer.
final class Worker<Job: Sendable>: Sendable {
  private struct Queue: Sendable {
    var jobs: [Job] = []
    var isRunning = false
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

  func submit(_ jobs: [Job]) {
    let mustStart = queue.withLockedValue { queue in
      queue.jobs.append(contentsOf: jobs)
      defer { queue.isRunning = true }
      return !queue.isRunning
    }
    guard mustStart else { return }
    thread.submit { _ in self.drain() }
  }

  /// What has come since the group that is being worked on was taken.
  func takeArrived() -> [Job] {
    queue.withLockedValue { queue in
      defer { queue.jobs = [] }
      return queue.jobs
    }
  }

  /// Ends the thread once it has done what it was given.
  func stop() { thread.shutdownGracefully { _ in } }

  private func drain() {
    while true {
      let group = queue.withLockedValue { queue in
        let group = queue.jobs
        queue.jobs = []
        if group.isEmpty { queue.isRunning = false }
        return group
      }
      if group.isEmpty { return }
      perform(group, self)
    }
  }
}
