/// One write of the prober: when it was due, when it was over, and how.
package struct Probe: Equatable, Sendable {
  package enum Ending: String, Sendable {
    /// Answered with a 2xx: it is written.
    case written
    /// Answered otherwise.
    case refused
    /// The connection was refused, reset, or closed without an answer.
    case broken
    /// Its time was up.
    case silent
  }

  package var number: UInt64
  /// Nanoseconds of CLOCK_BOOTTIME.
  package var begin: UInt64
  package var end: UInt64
  package var ending: Ending

  package init(number: UInt64, begin: UInt64, end: UInt64, ending: Ending) {
    self.number = number
    self.begin = begin
    self.end = end
    self.ending = ending
  }

  /// As a line of the prober's output.
  package var line: String { "\(number) \(begin) \(end) \(ending.rawValue)\n" }

  /// Nil for a line that is not whole.
  package init?(line: some StringProtocol) {
    let words = line.split(separator: " ")
    guard words.count == 4, let number = UInt64(words[0]), let begin = UInt64(words[1]),
      let end = UInt64(words[2]), let ending = Ending(rawValue: String(words[3]))
    else { return nil }
    self.init(number: number, begin: begin, end: end, ending: ending)
  }
}
