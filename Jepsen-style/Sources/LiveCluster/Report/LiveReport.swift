package import Histories

/// The folder of a run: `history.ndjson`, `faults.ndjson`, `verdict.json`, `verdict.txt` and
/// `timeline.svg`, beside the logs of the nodes.
package struct LiveReport {
  private let verdict: LiveVerdict
  private let events: [HistoryEvent]
  private let seconds: Double

  package init(_ verdict: LiveVerdict, _ events: [HistoryEvent], seconds: Double) {
    self.verdict = verdict
    self.events = events
    self.seconds = seconds
  }

  /// Writes all of it.
  package func write() throws {
    let folder = verdict.options.folder
    try TextFile.write(
      HistoryWriter(format: .ndjson).bytes(of: events), to: folder + "/history.ndjson")
    let newline = [UInt8(ascii: "\n")]
    try TextFile.write(
      verdict.faults.flatMap { $0.json + newline }, to: folder + "/faults.ndjson")
    try TextFile.write(verdict.json + newline, to: folder + "/verdict.json")
    try TextFile.write("\(verdict)\n", to: folder + "/verdict.txt")
    let options = verdict.options
    let title =
      "\(options.workload), \(options.nodes) nodes, \(options.network), seed \(options.seed): "
      + "\(verdict.conclusion)"
    let timeline = Timeline(try History(events), seconds: seconds)
    try TextFile.write(
      TimelineDrawing.draw(title, timeline, verdict.faults), to: folder + "/timeline.svg")
  }
}
