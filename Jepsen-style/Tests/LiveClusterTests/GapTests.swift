import Determinism
import Testing

@testable import LiveCluster

@Suite("What a client misses")
struct GapTests {
  private func probe(_ end: UInt64, _ ending: Probe.Ending = .written) -> Probe {
    Probe(number: end, begin: end - 1, end: end, ending: ending)
  }

  @Test("a gap is the longest time between two answered writes, in whatever order they are told")
  func longest() {
    let probes = [probe(40), probe(10), probe(90), probe(20)]
    #expect(GapMeasure.longest(probes, in: 5...95) == 50)
  }

  @Test("a write that was refused, broken or silent ends no gap")
  func unanswered() {
    let failed = [probe(30, .refused), probe(50, .broken), probe(60, .silent)]
    let probes = [probe(10)] + failed + [probe(80)]
    #expect(GapMeasure.longest(probes, in: 5...85) == 70)
  }

  @Test("a service that never came back was away until the end of the round")
  func never() {
    #expect(GapMeasure.longest([probe(10), probe(20)], in: 5...1000) == 980)
    #expect(GapMeasure.longest([], in: 5...1000) == 995)
  }

  @Test("quantiles are the nearest rank: as a count of those not above says")
  func quantiles() {
    var dice = Dice(seed: 3)
    for _ in 0..<300 {
      let values = (0..<(1 + dice.below(250))).map { _ in dice.below(50) }
      let figures = Distribution(values)
      for percent in [1, 50, 99, 100] {
        let found = figures.quantile(Double(percent) / 100)
        let notAbove = values.count { $0 <= found }
        let below = values.count { $0 < found }
        #expect(notAbove * 100 >= percent * values.count && below * 100 < percent * values.count)
      }
    }
    #expect(Distribution([]).quantile(0.5) == 0)
  }

  @Test("a probe's line is read as it was written, and half a line is none")
  func lines() {
    let probe = Probe(number: 7, begin: 100, end: 200, ending: .silent)
    #expect(Probe(line: probe.line.dropLast()) == probe)
    #expect(Probe(line: "7 100 200") == nil && Probe(line: "7 100 200 sil") == nil)
  }
}

@Suite("The verdict over rounds of failover")
struct FailoverVerdictTests {
  private func round(
    _ kind: FailoverKind, gap milliseconds: UInt64, evidence: String? = "seen"
  ) -> FailoverRound {
    FailoverRound(
      kind: kind, number: 1, from: 1, to: 2, begin: 100, end: 200, gap: milliseconds * 1_000_000,
      evidence: evidence)
  }

  @Test("rounds without a fault do not pass, and do not count")
  func void() {
    var verdict = FailoverVerdict()
    verdict.rounds = [round(.kill, gap: 10), round(.kill, gap: 900, evidence: nil)]
    #expect(!verdict.isSafe)
    let row = verdict.table("lan")[1].split(separator: " ")
    #expect(row == ["kill", "1", "1", "10.0", "10.0", "10.0", "100/400", "0"])
  }

  @Test("two holders, once, fail the run and stand in the row of their kind")
  func overlap() {
    var verdict = FailoverVerdict()
    verdict.rounds = [round(.freeze, gap: 10)]
    #expect(verdict.isSafe)
    verdict.overlaps = [150]
    #expect(!verdict.isSafe)
    #expect(verdict.table("lan")[1].hasSuffix(" 1"))
  }

  @Test("figures are judged by median and p99 of each kind, and by the profile")
  func figures() {
    var verdict = FailoverVerdict()
    verdict.rounds = [round(.freeze, gap: 200), round(.transfer, gap: 15)]
    #expect(verdict.slow("lan").isEmpty)
    #expect(verdict.slow("lan-fast") == [.freeze])
    verdict.rounds.append(round(.transfer, gap: 101))
    #expect(verdict.slow("lan") == [.transfer])
  }

  @Test("the observer's conclusions are read, and unknown ones passed over")
  func findings() throws {
    let line = #"{"finding":"two_holders","one":"a","other":"b","begin":5,"at":9}"#
    let finding = try #require(SegmentWatch.finding(Array(line.utf8)))
    #expect(finding.name == "two_holders" && finding.begin == 5 && finding.at == 9)
    #expect(SegmentWatch.finding(Array("kvctl: no such interface".utf8)) == nil)
  }
}
