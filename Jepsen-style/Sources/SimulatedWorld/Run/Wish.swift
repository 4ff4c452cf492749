internal import Determinism
internal import Faults
internal import RaftTypes

/// What an operator asked of the membership, and how long somebody may act on it.
struct Wish {
  /// How long an operator waits for the answer, in milliseconds.
  static let timeout: UInt32 = 5000
  // A call that was forwarded may lie in a clog as long as clogs last, and nobody calls it back.
  private static let clog: TimeSpan = .seconds(5)
  // Those of clients have a client's number in their place.
  private static let firstTag: UInt64 = 1 << 63

  /// Of an operator's calls that ask for something else.
  static let otherTag = UInt64.max

  let tag: UInt64
  /// The voter that it would take away.
  let dismissed: NodeID?
  private(set) var until: Instant

  /// - Parameter number: tells it from the world's other ones.
  init(_ change: MembershipChange, number: Int, at now: Instant) {
    tag = Self.firstTag + UInt64(number)
    until = now + .milliseconds(UInt64(Self.timeout)) + Self.clog
    dismissed =
      switch change {
      case .demote(let id), .remove(let id), .replace(let id, with: _): id
      case .add, .addLearner, .promote: nil
      }
  }

  /// The answer was that nothing happens.
  mutating func wasRefused(at now: Instant) { until = now }

  /// Whether the answer is for an operator; nobody but the harness listens to it.
  static func isOperators(_ tag: UInt64) -> Bool { tag >= firstTag }
}
