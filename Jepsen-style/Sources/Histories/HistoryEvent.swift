/// One line of a history: a process asks for something, or learns what became of it.
public struct HistoryEvent: Hashable, Sendable {
  /// What a line says about its operation. Jepsen's names.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The request is about to leave.
    case invoke
    /// It happened, and `value` says what came back.
    case ok
    /// It certainly did not happen.
    case fail
    /// Unknown: it may take effect at any later time, or never.
    case info
  }

  public var process: HistoryProcess
  public var kind: Kind
  /// What was asked: "read", "write", "cas", "add", "txn", …
  public var function: String
  /// The object that was asked; nil when the history has only one, or when `value` names its keys.
  public var key: HistoryValue?
  /// The argument in an invocation, the result in a completion.
  public var value: HistoryValue
  /// Nanoseconds since the recording began; checkers go by the order of the events only.
  public var time: UInt64?
  /// Why an operation failed or is unknown.
  public var error: String?

  public init(
    process: HistoryProcess, kind: Kind, function: String, key: HistoryValue? = nil,
    value: HistoryValue = .null, time: UInt64? = nil, error: String? = nil
  ) {
    self.process = process
    self.kind = kind
    self.function = function
    self.key = key
    self.value = value
    self.time = time
    self.error = error
  }
}

/// Who acts: a logical client thread, which has at most one operation open, or something else with
/// a name.
public enum HistoryProcess: Hashable, Sendable {
  case client(Int64)
  case named(String)

  /// The injector of faults. Its events are notes between the operations and are never paired.
  public static let nemesis = HistoryProcess.named("nemesis")
}

extension HistoryProcess: CustomStringConvertible {
  public var description: String {
    switch self {
    case .client(let number): "\(number)"
    case .named(let name): name
    }
  }
}
