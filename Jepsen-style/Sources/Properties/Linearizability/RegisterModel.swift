/// One register that can be read, written, and set on condition of its value. Values are numbers
/// that stand for those of a history.
public struct RegisterModel: SequentialModel {
  public enum Call: Hashable, Sendable {
    /// The value that came back.
    case read(Int32)
    case write(Int32)
    /// It found `old` and wrote `new`.
    case compareAndSet(old: Int32, new: Int32)
    /// A compare-and-set that found another value and said so.
    case mismatch(Int32)
  }

  public let initial: Int32

  public init(initial: Int32 = 0) { self.initial = initial }

  public func apply(_ call: Call, to state: Int32) -> Int32? {
    switch call {
    case .read(let value): value == state ? state : nil
    case .write(let value): value
    case .compareAndSet(let old, let new): old == state ? new : nil
    case .mismatch(let value): value == state ? nil : state
    }
  }

  public func isReadOnly(_ call: Call) -> Bool {
    switch call {
    case .read, .mismatch: true
    case .write, .compareAndSet: false
    }
  }
}
