import Determinism
import RaftTypes
import Testing
import WriteAheadLog

@testable import NodeRuntime

@Suite("Work beside the log gives way to it")
struct LeisureTests {
  private let chunk = 1 << 20
  // What 96 MiB a second allow a chunk.
  private let pace = TimeSpan.nanoseconds(1_000_000_000 / 96)

  @Test("a step of no time keeps the pace, a longer one rests three times as long, within bounds")
  func rests() {
    var leisure = Leisure(logBytes: 7)
    let rest = { leisure.rest(after: self.chunk, .milliseconds($0), logBytes: 7) }
    #expect(rest(0) == pace)
    #expect(rest(3) == pace)
    #expect(rest(5) == .milliseconds(15))
    #expect(rest(100) == pace * 4)
  }

  @Test("no rest while the log grows by more than a quarter of what was done")
  func outrun() {
    var leisure = Leisure(logBytes: 1000)
    let grown = UInt64(1000 + chunk)
    for _ in 0..<3 { #expect(leisure.rest(after: chunk, .zero, logBytes: grown) == .zero) }
    #expect(leisure.rest(after: chunk, .zero, logBytes: grown) == pace)
  }

  // The bounds of time are lower ones, which no machine is too slow for.

  @Test("what the log grew by before does not count")
  func paces() {
    let growth = LogGrowth()
    growth.add(1 << 30)
    let rest = Leisure.pacing(growth)
    let begun = BootClock.now()
    for _ in 0..<3 { rest(chunk) }
    #expect(BootClock.now().since(begun) >= pace * 3)
  }

  @Test("a spare segment is zeroed at leisure")
  func spare() async throws {
    let disk = try ScarceDisk()
    let options = LogOptions(segmentSize: 4 << 20, reserveSize: 0, spareLimit: 1)
    let log = try disk.newLog(options)
    let order = try #require(log.orderSpare())
    let maker = SpareMaker(files: disk, growth: LogGrowth())
    let begun = BootClock.now()
    let isDone = await withCheckedContinuation { ended in
      let storage = Worker<StorageTask>("log") { tasks, worker in
        guard case .ended(_, let isDone) = tasks.first else { return }
        worker.stop()
        ended.resume(returning: isDone)
      }
      maker.make(order, for: storage)
    }
    maker.stop()
    #expect(isDone)
    #expect(BootClock.now().since(begun) >= pace * 4)
  }
}
