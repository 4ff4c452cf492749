import Determinism
import Testing

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

  @Test("a spare segment is zeroed in steps, and rests between them")
  func paces() {
    let growth = LogGrowth()
    growth.add(1 << 30)
    let rest = Leisure.pacing(growth)
    let begun = BootClock.now()
    for _ in 0..<3 { rest(chunk) }
    // A lower bound, which no machine is too slow for.
    #expect(BootClock.now().since(begun) >= pace * 3)
  }
}
