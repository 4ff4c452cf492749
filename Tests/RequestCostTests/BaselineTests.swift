import Testing

@testable import RequestCost

@Suite("The baseline of instructions")
struct BaselineTests {
  private func cost(_ load: String, _ instructions: Int) -> Cost {
    Cost(load: load, instructions: instructions, retains: 3, releases: 4, allocations: 5)
  }

  private func verdict(_ instructions: Int, against baseline: Int) -> Verdict {
    Verdict(cost: cost("put", instructions), baseline: cost("put", baseline))
  }

  @Test("what was written is read again")
  func roundTrip() {
    let baseline = Baseline(
      compiler: "Swift version 6.3.1 Target: x86_64",
      costs: [cost("put", 360_540), cost("get-64", 61_079)])
    #expect(Baseline(baseline.text) == baseline)
  }

  @Test(
    "a text that is no baseline is refused",
    arguments: [
      "", "compiler: x\n", "put 1 2 3 4\n", "compiler: x\nput 1 2 3\n",
      "compiler: x\nput a 2 3 4\n",
    ])
  func noBaseline(text: String) { #expect(Baseline(text) == nil) }

  @Test("five percent are held, either way")
  func held() {
    #expect(verdict(100_000, against: 100_000).isHeld)
    #expect(verdict(105_000, against: 100_000).isHeld)
    #expect(verdict(95_000, against: 100_000).isHeld)
  }

  @Test("one instruction beyond five percent is not held, neither more nor less")
  func notHeld() {
    #expect(!verdict(105_001, against: 100_000).isHeld)
    #expect(!verdict(94_999, against: 100_000).isHeld)
  }

  @Test("the sentence names both figures, the difference, and what to do")
  func sentence() {
    #expect(
      verdict(106_000, against: 100_000).sentence
        == "put    106000 instructions, baseline 100000, +6.0 %: costs more than it did")
    #expect(
      verdict(94_000, against: 100_000).sentence
        == "put    94000 instructions, baseline 100000, -6.0 %: costs less; renew the baseline")
    #expect(
      verdict(100_100, against: 100_000).sentence
        == "put    100100 instructions, baseline 100000, +0.1 %")
  }
}
