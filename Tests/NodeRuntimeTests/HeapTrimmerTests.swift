import Logging
import Testing

@testable import NodeRuntime

@Suite("The heap is trimmed when hardly anything is written")
struct HeapTrimmerTests {
  private let growth = LogGrowth()

  private func trims(writing bytes: Int, looks: Int) -> Bool {
    var left = looks
    return HeapTrimmer(growth: growth, log: Logger(label: "test"), nap: 0).run {
      growth.add(bytes)
      left -= 1
      return left < 0
    }
  }

  @Test("when nothing is, and when little is")
  func quiet() {
    #expect(trims(writing: 0, looks: 10))
    #expect(trims(writing: 100_000, looks: 10))
  }

  @Test("not while the log grows, and not once the node stops")
  func busy() {
    #expect(!trims(writing: 200_000, looks: 1000))
    #expect(!trims(writing: 0, looks: 9))
  }
}
