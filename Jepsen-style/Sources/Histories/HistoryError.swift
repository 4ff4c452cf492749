/// Why bytes are not a history. Every case names the line where reading stopped, counted from one.
public enum HistoryError: Error, Hashable, Sendable {
  /// The text is no event: repair the line, or leave the file out.
  case malformed(line: Int, reason: String)
  /// The lines contradict each other (a completion without an invocation, two operations open at
  /// once): the recorder is broken, and no verdict about the system would mean anything.
  case unpaired(line: Int, reason: String)
  /// More than `Limits` allows: check the history in parts.
  case tooLarge(line: Int, reason: String)
  /// The event cannot be said in the format asked for: write NDJSON or EDN.
  case notExpressible(reason: String)
}

extension HistoryError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .malformed(let line, let reason), .unpaired(let line, let reason),
      .tooLarge(let line, let reason):
      "line \(line): \(reason)"
    case .notExpressible(let reason): reason
    }
  }
}

/// A text that is not what its place asks for; the reader adds the line.
struct MalformedText: Error {
  let reason: String
  init(_ reason: String) { self.reason = reason }
}
