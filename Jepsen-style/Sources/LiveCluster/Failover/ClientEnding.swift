/// How a client that stays connected learned that its connection is over, and when.
package struct ClientEnding: Equatable, Sendable {
  package enum Habit: String, CaseIterable, Sendable {
    /// It waits in silence, as one does for an answer.
    case idle
    /// It writes at a steady beat.
    case writing
  }

  package enum Cause: String, Sendable {
    case reset
    /// The holder's kernel said goodbye.
    case closed
  }

  package var habit: Habit
  /// Nanoseconds of CLOCK_BOOTTIME.
  package var at: UInt64
  package var cause: Cause

  package init(_ habit: Habit, at: UInt64, _ cause: Cause) {
    self.habit = habit
    self.at = at
    self.cause = cause
  }

  package var line: String { "\(habit.rawValue) \(at) \(cause.rawValue)\n" }

  /// Nil for a line that is not whole.
  package init?(line: some StringProtocol) {
    let words = line.split(separator: " ")
    guard words.count == 3, let habit = Habit(rawValue: String(words[0])),
      let at = UInt64(words[1]), let cause = Cause(rawValue: String(words[2]))
    else { return nil }
    self.init(habit, at: at, cause)
  }
}
