import Testing

@testable import kvctl

@Suite("What a benchmark says of pauses")
struct BenchTallyTests {
  private func pause(_ from: UInt64, _ until: UInt64) -> MachineWatch.Pause {
    MachineWatch.Pause(from: from * 1_000_000, until: until * 1_000_000)
  }

  @Test("the time in which the machine stood still is no pause of the server")
  func machine() {
    var tally = BenchTally()
    tally.paused(pause(100, 140), until: 40_000_000)
    tally.paused(pause(200, 225), until: 125_000_000)
    tally.explain(by: [pause(90, 110), pause(120, 135), pause(300, 350)])
    #expect(tally.longestPause == 40_000_000)
    #expect(tally.longestOwnPause == 25_000_000)
    #expect(tally.longestMachinePause == 50_000_000)
  }

  @Test("processors that are away together are away once")
  func processors() {
    let pauses = [pause(50, 60), pause(10, 20), pause(15, 30), pause(12, 14), pause(30, 31)]
    let merged = MachineWatch.merged(pauses)
    #expect(merged.map(\.from) == [10, 50].map { $0 * 1_000_000 })
    #expect(merged.map(\.until) == [31, 60].map { $0 * 1_000_000 })
  }

  @Test("pauses of several loops are compared, not added")
  func loops() {
    var total = BenchTally()
    for (from, until) in [(100, 110), (100, 130)] as [(UInt64, UInt64)] {
      var tally = BenchTally()
      tally.paused(pause(from, until), until: until)
      total.merge(tally)
    }
    total.explain(by: [pause(105, 110)])
    #expect(total.longestPause == 30_000_000)
    #expect(total.longestOwnPause == 25_000_000)
  }
}
