/// Several registers that a transaction reads and writes at once. Keys and values are numbers.
public struct TransactionModel: SequentialModel {
  /// One part of a transaction; parts see what those before them wrote.
  public enum Part: Hashable, Sendable {
    /// The value that came back, or that had to be there; nil when the answer is not known.
    case read(key: Int, Int32?)
    case write(key: Int, Int32)
    case compareAndSet(key: Int, old: Int32, new: Int32)
  }

  public struct Call: Hashable, Sendable {
    public let parts: [Part]
    /// False when the transaction said that one of its conditions did not hold, and did nothing.
    public let held: Bool

    public init(_ parts: [Part], held: Bool = true) {
      self.parts = parts
      self.held = held
    }
  }

  /// One value a key, all null (0).
  public let initial: [Int32]

  public init(keys: Int) { initial = Array(repeating: 0, count: keys) }

  public func apply(_ call: Call, to state: [Int32]) -> [Int32]? {
    let after = run(call.parts, on: state)
    return call.held ? after : after == nil ? state : nil
  }

  private func run(_ parts: [Part], on state: [Int32]) -> [Int32]? {
    var state = state
    for part in parts {
      switch part {
      case .read(let key, let value):
        guard value == nil || state[key] == value else { return nil }
      case .write(let key, let value): state[key] = value
      case .compareAndSet(let key, let old, let new):
        guard state[key] == old else { return nil }
        state[key] = new
      }
    }
    return state
  }

  public func isReadOnly(_ call: Call) -> Bool {
    !call.held
      || call.parts.allSatisfy { part in
        switch part {
        case .read: true
        case .write, .compareAndSet: false
        }
      }
  }
}
