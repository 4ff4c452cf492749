import HTTPAPI
import NodeRuntime

extension TurnTimes {
  /// Appends them as a histogram.
  func write(to page: inout MetricsPage) {
    let name = "quoin_loop_turn_seconds"
    page.begin(name, "Length of the replica loop's turns.", type: "histogram")
    var below: UInt64 = 0
    for (bound, count) in zip(Self.bounds, counts) {
      below += count
      page.sample("\(name)_bucket", labels: "le=\"\(Double(bound) / 1e3)\"", Double(below))
    }
    let total = counts.reduce(0, +)
    page.sample("\(name)_bucket", labels: "le=\"+Inf\"", Double(total))
    page.sample("\(name)_sum", Double(sum) / 1e9)
    page.sample("\(name)_count", Double(total))
  }
}
