/// A page of metrics in Prometheus' text format, version 0.0.4.
///
/// Names begin with `quoin_`, counters end in `_total`, times are seconds.
package struct MetricsPage {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  /// One value that goes up and down.
  package mutating func gauge(_ name: String, _ help: String, _ value: Double) {
    begin(name, help, type: "gauge")
    sample(name, value)
  }

  /// One value that only grows while the process lives.
  package mutating func counter(_ name: String, _ help: String, _ value: UInt64) {
    begin(name, help, type: "counter")
    sample(name, Double(value))
  }

  /// Announces a metric whose samples follow, one for each combination of labels.
  package mutating func begin(_ name: String, _ help: String, type: String) {
    append("# HELP \(name) \(help)\n# TYPE \(name) \(type)\n")
  }

  /// - Parameter labels: inside the braces: `status="200"`. Values must not need escapes.
  package mutating func sample(_ name: String, labels: String = "", _ value: Double) {
    let number = Int64(exactly: value).map { String($0) } ?? value.description
    append(labels.isEmpty ? "\(name) \(number)\n" : "\(name){\(labels)} \(number)\n")
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
