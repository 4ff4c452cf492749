import Determinism
import Testing

@testable import kvctl

@Suite("Latency histogram")
struct LatencyHistogramTests {
  @Test("every percentile lies within 0.8 % of a sorted list's")
  func oracle() {
    var dice = Dice(seed: 11)
    for round in 0..<20 {
      var histogram = LatencyHistogram()
      var sorted: [UInt64] = []
      for _ in 0..<(1 + Int(dice.below(2000))) {
        let value = dice.next() >> dice.below(64)
        histogram.record(value)
        sorted.append(value)
      }
      sorted.sort()
      for share in [0.0, 0.1, 0.5, 0.9, 0.99, 0.999, 1] {
        let rank = max(1, Int((share * Double(sorted.count)).rounded(.up)))
        let exact = sorted[rank - 1]
        let told = histogram.percentile(share)
        #expect(told >= exact && told - exact <= exact / 128, "round \(round), \(share)")
      }
      #expect(histogram.largest == sorted.last)
    }
  }

  @Test("each bucket begins where the one before it ends, up to the largest number")
  func buckets() {
    var expected: UInt64 = 0
    for bucket in 0..<7424 {
      #expect(LatencyHistogram.bucket(of: expected) == bucket)
      let end = LatencyHistogram.largestValue(in: bucket)
      #expect(LatencyHistogram.bucket(of: end) == bucket)
      if end == .max { return #expect(bucket == 7423) }
      expected = end + 1
    }
    Issue.record("the buckets end at \(expected)")
  }

  @Test("merging is recording everything in one")
  func merge() {
    var dice = Dice(seed: 3)
    var (one, two, both) = (LatencyHistogram(), LatencyHistogram(), LatencyHistogram())
    for number in 0..<1000 {
      let value = dice.below(1 << 40)
      if number % 3 == 0 { one.record(value) } else { two.record(value) }
      both.record(value)
    }
    one.merge(two)
    #expect(one.count == both.count)
    #expect(one.percentile(0.99) == both.percentile(0.99))
    #expect(one.largest == both.largest)
  }

  @Test("nothing recorded is zero")
  func empty() {
    #expect(LatencyHistogram().percentile(0.99) == 0)
    #expect(LatencyHistogram().mean == 0)
  }
}
