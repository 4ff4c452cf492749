public import Determinism

/// The heartbeat rounds of one term. A round is a number that is never reused: an answer proves
/// that the sender still followed this leader when the round began, and nothing about any later
/// round (pitfall 17).
public struct Rounds: Hashable, Sendable {
  /// The newest round that was sent.
  public private(set) var newest: UInt64 = 0
  /// The newest round a quorum answered.
  public private(set) var confirmed: UInt64 = 0
  /// When the newest confirmed round was *sent*: what a lease counts from, never its answers'
  /// arrival (pitfall 19).
  public private(set) var confirmedSentAt: Instant
  /// When the newest round was sent.
  public private(set) var newestSentAt: Instant?

  private struct Sent: Hashable, Sendable {
    let round: UInt64
    let at: Instant
  }
  // Rounds that may still be answered, oldest first: those behind `confirmed`, and some before it
  // for followers slower than the quorum.
  private var open: [Sent] = []
  private static let openLimit = 1024
  private static let lateLimit: UInt64 = 64

  init(at now: Instant) { confirmedSentAt = now }

  /// Begins a round and returns its number.
  mutating func begin(at now: Instant) -> UInt64 {
    newest += 1
    newestSentAt = now
    // A quorum that is silent for so many rounds has ended this leadership long before; forgetting
    // the oldest only makes a lease start later.
    if open.count == Self.openLimit { open.removeFirst() }
    open.append(Sent(round: newest, at: now))
    return newest
  }

  /// When `round` was sent, if it is still remembered.
  func sentAt(_ round: UInt64) -> Instant? {
    open.last { $0.round <= round }?.at
  }

  /// A quorum has answered `round` or a later one.
  mutating func confirm(_ round: UInt64) {
    guard round > confirmed else { return }
    precondition(round <= newest, "Rounds: round \(round) was never sent (newest \(newest))")
    confirmed = round
    if let sent = sentAt(round) { confirmedSentAt = max(confirmedSentAt, sent) }
    let late = open.prefix { $0.round + Self.lateLimit < round }
    open.removeFirst(late.count)
  }
}
