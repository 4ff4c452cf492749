import NIOConcurrencyHelpers
import Testing

@testable import NodeRuntime

@Suite("One thread and what came meanwhile")
struct WorkerTests {
  private typealias Box<Value> = NIOLockedValueBox<Value>

  @Test("jobs are done in order, once, in groups of what came together")
  func order() async {
    let done = Box<[[Int]]>([])
    let worker = Worker<Int> { jobs, _ in done.withLockedValue { $0.append(jobs) } }
    for number in 0..<1000 { worker.submit([number * 2, number * 2 + 1]) }
    await withCheckedContinuation { ended in worker.stop { ended.resume() } }
    let groups = done.withLockedValue { $0 }
    #expect(groups.flatMap { $0 } == Array(0..<2000))
    #expect(groups.allSatisfy { $0.count % 2 == 0 }, "a submission was torn apart")
  }

  @Test("what arrives during a group can be taken into it, and is not done twice")
  func takeArrived() async {
    let seen = Box<[Int]>([])
    await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
      let worker = Worker<Int> { jobs, worker in
        if jobs == [1] { worker.submit([2, 3]) }
        seen.withLockedValue { $0 += jobs + worker.takeArrived() }
        worker.stop { done.resume() }
      }
      worker.submit([1])
    }
    #expect(seen.withLockedValue { $0 } == [1, 2, 3])
  }

  @Test("stop finishes what was given, tells once, and drops what comes later")
  func stop() async {
    let seen = Box<[Int]>([])
    let ends = Box(0)
    let worker = Worker<Int> { jobs, _ in seen.withLockedValue { $0 += jobs } }
    worker.submit([1])
    await withCheckedContinuation { ended in
      worker.stop {
        ends.withLockedValue { $0 += 1 }
        ended.resume()
      }
    }
    #expect(worker.isStopping)
    worker.submit([2])
    worker.stop { ends.withLockedValue { $0 += 1 } }
    #expect(seen.withLockedValue { $0 } == [1])
    #expect(ends.withLockedValue { $0 } == 1)
  }

  @Test("a worker that never worked stops too")
  func idle() async {
    let worker = Worker<Int> { _, _ in }
    await withCheckedContinuation { ended in worker.stop { ended.resume() } }
    #expect(worker.isStopping)
  }
}
