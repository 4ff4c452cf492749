/// One line on standard error that is redrawn while something runs; silent unless that is a
/// terminal.
struct ProgressBar {
  private let isShown = Terminal.Stream.error.isTerminal
  private let start = ContinuousClock.now
  private var drawn: ContinuousClock.Instant?
  private let interval: Duration = .milliseconds(100)

  /// Redraws when the last drawing is old enough: what is asked for often costs little.
  ///
  /// - Parameter share: how much is done, 0 to 1; nil when nobody knows.
  mutating func update(share: Double?, _ text: @autoclosure () -> String) {
    guard isShown else { return }
    let now = ContinuousClock.now
    if let drawn, now - drawn < interval { return }
    drawn = now
    let line = Self.line(share: share, text: text(), elapsed: now - start, width: Terminal.columns)
    Terminal.write("\r\u{1b}[K" + line, to: .error)
  }

  /// Wipes the line, so that the result stands where it was.
  mutating func clear() {
    if drawn != nil { Terminal.write("\r\u{1b}[K", to: .error) }
    drawn = nil
  }

  static func line(share: Double?, text: String, elapsed: Duration, width: Int) -> String {
    guard let share else { return String(text.prefix(max(0, width - 1))) }
    let done = min(max(share, 0), 1)
    let cells = 24
    let filled = Int(done * Double(cells))
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: cells - filled)
    let seconds = elapsed / .seconds(1)
    let left =
      done > 0.01 && seconds > 1 ? "  \(Figures.seconds(seconds / done - seconds)) left" : ""
    let line = "\(bar) \(Int(done * 100)) %  \(text)\(left)"
    return String(line.prefix(max(0, width - 1)))
  }
}
