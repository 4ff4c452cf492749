import Glibc
import NIOConcurrencyHelpers
import Testing

@testable import NodeRuntime

@Suite("One thread and what came meanwhile")
struct WorkerTests {
  private typealias Box<Value> = NIOLockedValueBox<Value>

  @Test("jobs are done in order, once, in groups of what came together")
  func order() async {
    let done = Box<[[Int]]>([])
    let worker = Worker<Int>("test") { jobs, _ in done.withLockedValue { $0.append(jobs) } }
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
      let worker = Worker<Int>("test") { jobs, worker in
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
    let worker = Worker<Int>("test") { jobs, _ in seen.withLockedValue { $0 += jobs } }
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
    let worker = Worker<Int>("test") { _, _ in }
    await withCheckedContinuation { ended in worker.stop { ended.resume() } }
    #expect(worker.isStopping)
  }

  @Test("profiles see the thread under its name")
  func name() async {
    let name = Box("")
    let worker = Worker<Int>("fifteen-letters") { _, _ in
      let file = open("/proc/thread-self/comm", O_RDONLY)
      var letters = [UInt8](repeating: 0, count: 16)
      let count = read(file, &letters, letters.count)
      close(file)
      name.withLockedValue { $0 = String(decoding: letters.prefix(count), as: UTF8.self) }
    }
    worker.submit([1])
    await withCheckedContinuation { ended in worker.stop { ended.resume() } }
    #expect(name.withLockedValue { $0 } == "fifteen-letters\n")
  }

  @Test("a worker that has slept is woken by each job, and by nothing else")
  func sleep() async {
    let groups = Box(0)
    let worker = Worker<CheckedContinuation<Void, Never>>("test") { jobs, _ in
      groups.withLockedValue { $0 += 1 }
      for job in jobs { job.resume() }
    }
    for _ in 0..<200 {
      await withCheckedContinuation { job in worker.submit([job]) }
      worker.submit([])
    }
    #expect(groups.withLockedValue { $0 } == 200)
    await withCheckedContinuation { ended in worker.stop { ended.resume() } }
  }
}
