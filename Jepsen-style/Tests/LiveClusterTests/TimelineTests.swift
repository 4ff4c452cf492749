import Histories
import Testing

@testable import LiveCluster

@Suite("The picture of a run")
struct TimelineTests {
  @Test("each operation stands in the slice in which it ended")
  func slices() {
    var recorder = HistoryRecorder()
    for (number, end) in [(1, 0.1), (2, 0.2), (3, 1.9)] {
      recorder.invoke(.client(Int64(number)), "read", at: 0)
      recorder.complete(
        .client(Int64(number)), number == 2 ? .failed : .ok, at: UInt64(end * 1e9))
    }
    let timeline = Timeline(recorder.history, seconds: 2)
    #expect(timeline.slices.count == 8)
    #expect(timeline.slices[0].ok == 1 && timeline.slices[0].failed == 1)
    #expect(timeline.slices[7].worst == 1900)
    #expect(timeline.slices[3].median == nil)
  }

  @Test("a long run still has a bounded number of slices")
  func long() {
    #expect(Timeline(History(), seconds: 1800).slices.count <= 241)
  }

  @Test("faults are named in the drawing, and markup in a name stays text")
  func drawing() {
    let faults = [
      FaultRecord(
        kind: .partition, what: "n1→n2 <&>", from: 0, to: 2_000_000_000,
        injection: .injected("9 frames"))
    ]
    let drawing = TimelineDrawing.draw("a \"title\"", Timeline(History(), seconds: 4), faults)
    #expect(drawing.contains("<title>n1→n2 &lt;&amp;&gt;</title>"))
    #expect(drawing.contains("a &quot;title&quot;"))
    #expect(drawing.contains(">partition</text>"))
    #expect(!drawing.contains("nan") && !drawing.contains("inf"))
  }
}
