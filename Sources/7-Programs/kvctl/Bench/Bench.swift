internal import KeyValueClient
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Requests finished so far, for the progress bar.
final class BenchCounter: Sendable {
  private let count = Atomic<Int>(0)
  func add() { count.wrappingAdd(1, ordering: .relaxed) }
  var value: Int { count.load(ordering: .relaxed) }
}

/// Runs a plan on its own event loops.
enum Bench {
  static func run(_ plan: BenchPlan, threads: Int) async throws -> BenchTally {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
    let counter = BenchCounter()
    let idle = try await openIdle(plan, on: group)
    let futures = (0..<threads).map { number in
      let loop = group.next()
      let promise = loop.makePromise(of: BenchTally.self)
      let share = plan.share(number, of: threads)
      loop.execute {
        let requests = BenchRequests(
          share, seed: .random(in: .min ... .max), first: number, stride: threads)
        BenchDriver(share, requests, on: loop, counter: counter, promise: promise).run()
      }
      return promise.futureResult
    }
    let machine = MachineWatch()
    let watcher = Task { await watch(plan, counter) }
    var total = BenchTally()
    for future in futures { total.merge(try await future.get()) }
    total.explain(by: machine.end())
    watcher.cancel()
    await watcher.value
    for connection in idle { connection.close() }
    try await group.shutdownGracefully()
    return total
  }

  // A hundred at a time: a listener's queue is short.
  private static func openIdle(
    _ plan: BenchPlan, on group: MultiThreadedEventLoopGroup
  ) async throws -> [Connection] {
    var open: [Connection] = []
    while open.count < plan.idleConnections, !Interruption.isRequested {
      let wanted = min(100, plan.idleConnections - open.count)
      let opening = (0..<wanted).map { number in
        let endpoint = plan.endpoints[(open.count + number) % plan.endpoints.count]
        return Connection.open(endpoint, on: group, timeout: .seconds(5))
      }
      for connection in opening { open.append(try await connection.get()) }
    }
    return open
  }

  private static func watch(_ plan: BenchPlan, _ counter: BenchCounter) async {
    var bar = ProgressBar()
    let start = ContinuousClock.now
    while !Task.isCancelled {
      let elapsed = ContinuousClock.now - start
      let done = counter.value
      let share =
        switch plan.length {
        case .requests(let count): Double(done) / Double(max(1, count))
        case .time(let duration): elapsed / duration
        }
      let rate = Double(done) / max(0.001, elapsed / .seconds(1))
      bar.update(
        share: share, "\(Figures.grouped(done)) requests  \(Figures.grouped(Int(rate)))/s")
      try? await Task.sleep(for: .milliseconds(100))
    }
    bar.clear()
  }
}
