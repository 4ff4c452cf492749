internal import Glibc

/// The picture of a run: the faults in rows, one a family; under them what was answered in each
/// slice of time, and how quickly. Faults shade both.
struct TimelineDrawing {
  private static let left = 90.0
  private static let plotWidth = 1060.0
  private static let rowHeight = 18.0
  private static let plotHeight = 170.0
  private static let colors = [
    "#e6550d", "#31a354", "#756bb1", "#3182bd", "#de2d26", "#8c6d31", "#c51b8a", "#636363",
  ]

  private let timeline: Timeline
  private let faults: [FaultRecord]
  private let kinds: [NemesisKind]
  private var svg: SVGWriter

  /// The document.
  static func draw(_ title: String, _ timeline: Timeline, _ faults: [FaultRecord]) -> String {
    var drawing = TimelineDrawing(timeline, faults)
    drawing.draw(title)
    return drawing.svg.document
  }

  private init(_ timeline: Timeline, _ faults: [FaultRecord]) {
    self.timeline = timeline
    self.faults = faults
    kinds = NemesisKind.allCases.filter { kind in faults.contains { $0.kind == kind } }
    let rows = Double(kinds.count) * Self.rowHeight
    svg = SVGWriter(
      width: Self.left + Self.plotWidth + 30, height: 120 + rows + 2 * (Self.plotHeight + 50))
  }

  private mutating func draw(_ title: String) {
    svg.text(title, x: Self.left, y: 22, size: 15)
    let top = 36.0
    drawRows(top)
    let first = top + Double(kinds.count) * Self.rowHeight + 34
    let second = first + Self.plotHeight + 50
    for y in [first, second] { shade(y) }
    drawThroughput(first)
    drawLatency(second)
    drawSeconds(second + Self.plotHeight)
  }

  private func x(_ seconds: Double) -> Double {
    Self.left + Self.plotWidth * min(1, seconds / timeline.seconds)
  }

  private func color(_ kind: NemesisKind) -> String {
    Self.colors[(kinds.firstIndex(of: kind) ?? 0) % Self.colors.count]
  }

  private mutating func drawRows(_ top: Double) {
    for (row, kind) in kinds.enumerated() {
      let y = top + Double(row) * Self.rowHeight
      svg.text(kind.rawValue, x: Self.left - 8, y: y + 13, anchor: .end, fill: color(kind))
      for fault in faults where fault.kind == kind {
        let (from, to) = (x(Double(fault.from) / 1e9), x(Double(fault.to) / 1e9))
        svg.rectangle(
          x: from, y: y + 2, width: max(2, to - from), height: Self.rowHeight - 4,
          fill: color(kind), opacity: fault.isInjected ? 0.85 : 0.2, hint: fault.what)
        // Some six pixels a letter.
        let room = Int((to - from) / 6)
        if fault.what.count <= room || room >= 10 {
          svg.text(
            String(fault.what.prefix(room)), x: from + 3, y: y + 13, size: 10,
            fill: fault.isInjected ? "white" : "#333")
        }
      }
    }
  }

  private mutating func shade(_ y: Double) {
    for fault in faults where fault.isInjected {
      let (from, to) = (x(Double(fault.from) / 1e9), x(Double(fault.to) / 1e9))
      svg.rectangle(
        x: from, y: y, width: max(1, to - from), height: Self.plotHeight, fill: color(fault.kind),
        opacity: 0.12, hint: fault.what)
    }
  }

  private mutating func drawThroughput(_ top: Double) {
    let most = timeline.slices.map { $0.ok + $0.failed + $0.unknown }.max() ?? 1
    let scale = Self.plotHeight / Double(max(most, 1))
    let bottom = top + Self.plotHeight
    for part in 0...4 {
      let y = bottom - Self.plotHeight * Double(part) / 4
      svg.line(from: (Self.left, y), to: (Self.left + Self.plotWidth, y))
      let rate = Double(most) * Double(part) / 4 / timeline.width
      svg.text("\(Int(rate))", x: Self.left - 8, y: y + 4, anchor: .end)
    }
    for (place, slice) in timeline.slices.enumerated() {
      let (from, to) = (x(Double(place) * timeline.width), x(Double(place + 1) * timeline.width))
      var y = bottom
      for (count, fill) in [
        (slice.ok, "#4c78a8"), (slice.failed, "#f2a541"), (slice.unknown, "#d62728"),
      ] {
        let height = Double(count) * scale
        y -= height
        guard count > 0 else { continue }
        svg.rectangle(x: from, y: y, width: to - from - 0.3, height: height, fill: fill)
      }
    }
    legend(
      "operations a second", [("ok", "#4c78a8"), ("failed", "#f2a541"), ("unknown", "#d62728")],
      top - 8)
  }

  // From 0.1 ms to 10 s, a fifth of the height for each power of ten.
  private func latencyY(_ milliseconds: Double, _ top: Double) -> Double {
    let powers = log10(min(max(milliseconds, 0.1), 10_000)) + 1
    return top + Self.plotHeight * (1 - powers / 5)
  }

  private mutating func drawLatency(_ top: Double) {
    for (value, name) in [
      (0.1, "0.1 ms"), (1, "1 ms"), (10, "10 ms"), (100, "100 ms"), (1000, "1 s"), (10_000, "10 s"),
    ] {
      let y = latencyY(value, top)
      svg.line(from: (Self.left, y), to: (Self.left + Self.plotWidth, y))
      svg.text(name, x: Self.left - 8, y: y + 4, anchor: .end)
    }
    let curves: [(KeyPath<Timeline.Slice, Double?>, String)] = [
      (\.worst, "#bbbbbb"), (\.percentile99, "#f28e2b"), (\.median, "#1f3a5f"),
    ]
    for (value, stroke) in curves {
      var run: [(x: Double, y: Double)] = []
      for (place, slice) in timeline.slices.enumerated() {
        if let milliseconds = slice[keyPath: value] {
          run.append((x((Double(place) + 0.5) * timeline.width), latencyY(milliseconds, top)))
        } else {
          // A gap: nothing was answered.
          svg.polyline(run, stroke: stroke)
          run = []
        }
      }
      svg.polyline(run, stroke: stroke)
    }
    legend(
      "latency of what was ok", [("p50", "#1f3a5f"), ("p99", "#f28e2b"), ("max", "#bbbbbb")],
      top - 8)
  }

  private mutating func legend(_ title: String, _ entries: [(String, String)], _ y: Double) {
    svg.text(title, x: Self.left, y: y, size: 12)
    var place = Self.left + 170
    for (name, fill) in entries {
      svg.rectangle(x: place, y: y - 9, width: 10, height: 10, fill: fill)
      svg.text(name, x: place + 14, y: y)
      place += 80
    }
  }

  private mutating func drawSeconds(_ y: Double) {
    let step = [1.0, 2, 5, 10, 20, 60, 120, 300].first { timeline.seconds / $0 <= 16 } ?? 600
    var second = 0.0
    while second <= timeline.seconds {
      svg.text("\(Int(second)) s", x: x(second), y: y + 16, anchor: .middle)
      second += step
    }
  }
}
