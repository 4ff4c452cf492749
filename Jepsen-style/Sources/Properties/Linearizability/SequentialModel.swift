/// What an object does when one client at a time uses it: the specification a history is held
/// against.
///
/// A call carries what was asked and what came back, so that a model needs no opinion about
/// answers: it says which state follows, or that this answer cannot come in this state.
public protocol SequentialModel: Sendable {
  /// Equal states must behave alike from then on. Compared and hashed often: keep it small.
  associatedtype State: Hashable & Sendable
  /// Calls that are equal may stand for each other.
  associatedtype Call: Hashable & Sendable

  /// Before any operation.
  var initial: State { get }

  /// The state after `call`; nil when what came back cannot come in `state`.
  func apply(_ call: Call, to state: State) -> State?

  /// Whether the call leaves every state as it is. Such calls are ordered as early as they fit.
  func isReadOnly(_ call: Call) -> Bool
}

/// A call with its place in time.
public struct TimedCall<Call: Hashable & Sendable>: Hashable, Sendable {
  public let call: Call
  /// Position of the invocation in the history.
  public let invoked: Int
  /// Position of the completion; nil when the outcome is unknown: it may take effect after
  /// anything, or not at all.
  public let completed: Int?
  /// Which operation this is, for the one who asks: its place in `History.operations`.
  public let operation: Int

  public init(_ call: Call, invoked: Int, completed: Int?, operation: Int) {
    precondition(
      completed.map { $0 > invoked } ?? true, "operation \(operation) ended before it began")
    self.call = call
    self.invoked = invoked
    self.completed = completed
    self.operation = operation
  }
}
