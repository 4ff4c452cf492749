/// One request of one process, from its invocation to what is known about it at the end.
public struct HistoryOperation: Hashable, Sendable {
  /// What the recorder can swear to.
  public enum Outcome: Hashable, Sendable {
    /// It took effect once, between invocation and completion.
    case ok
    /// It took no effect and never will.
    case failed
    /// It may take effect once at any time after its invocation, even after the history, or never.
    case unknown
  }

  public let process: HistoryProcess
  public let function: String
  public let key: HistoryValue?
  /// What was asked.
  public let argument: HistoryValue
  /// What came back; null unless the outcome is `ok`.
  public internal(set) var result = HistoryValue.null
  public internal(set) var outcome = Outcome.unknown
  /// Position of the invocation among the events of the history, from zero.
  public let invoked: Int
  /// Position of the completion; nil while the outcome is unknown.
  public internal(set) var completed: Int?
  /// Nanoseconds, where the recording has them.
  public let invokedAt: UInt64?
  public internal(set) var completedAt: UInt64?
  /// Why it failed or is unknown.
  public internal(set) var error: String?

  init(_ event: HistoryEvent, at position: Int) {
    process = event.process
    function = event.function
    key = event.key
    argument = event.value
    invoked = position
    invokedAt = event.time
  }

  /// Whether this operation had its answer before the other was asked: the order that real time
  /// imposes.
  public func precedes(_ other: HistoryOperation) -> Bool {
    if let completed { completed < other.invoked } else { false }
  }
}

extension HistoryOperation: CustomStringConvertible {
  /// One line: `process 3: write x 4 → unknown (timed-out)`.
  public var description: String {
    var text = "process \(process): \(function)"
    if let key { text += " \(key)" }
    if argument != .null { text += " \(argument)" }
    switch outcome {
    case .ok: text += result == .null && function != "read" ? " → ok" : " → \(result)"
    case .failed: text += " → failed"
    case .unknown: text += " → unknown"
    }
    if let error { text += " (\(error))" }
    return text
  }
}
