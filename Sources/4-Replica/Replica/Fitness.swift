internal import Determinism
internal import RaftCore

/// Whether a node would be a good leader: clients can reach it at the address, and its disk
/// answers. Leadership moves away from one that is not, to one that is; where nobody is better it
/// stays (pitfall 45).
struct Fitness: Sendable {
  /// A sync has been outstanding since then, and none has ended after it.
  private var waitsSince: Instant?
  private var newestWrite: UInt64 = 0
  /// Whether clients could reach this node at the address.
  var isReachable = true
  /// The address was refused or lost for a reason that this node cannot mend.
  private var outUntil = Instant(nanoseconds: 0)
  /// No second hand-over before: the first may have found nobody better.
  private(set) var restUntil = Instant(nanoseconds: 0)
  private let patience: TimeSpan
  private let rest: TimeSpan

  /// A disk may take one election timeout for a sync, but a quarter of a second in any case.
  init(_ settings: Settings) {
    patience = max(settings.electionLeast, .milliseconds(250))
    rest = settings.electionMost * 2
  }

  /// How long an address that was refused keeps a node from wanting it again.
  private static let memory = TimeSpan.seconds(1)

  mutating func wrote(_ sequence: UInt64, at now: Instant) {
    newestWrite = sequence
    if waitsSince == nil { waitsSince = now }
  }

  mutating func synced(_ sequence: UInt64, at now: Instant) {
    waitsSince = sequence >= newestWrite ? nil : now
  }

  mutating func addressFailed(at now: Instant) { outUntil = now + Self.memory }
  mutating func addressTaken() { outUntil = Instant(nanoseconds: 0) }

  mutating func handsOver(at now: Instant) { restUntil = now + rest }

  func isStalled(at now: Instant) -> Bool {
    waitsSince.map { now >= $0 + patience } ?? false
  }

  func isFit(at now: Instant, diskIsFull: Bool) -> Bool {
    !diskIsFull && isReachable && now >= outUntil && !isStalled(at: now)
  }

  /// When the disk will have taken too long, unless it answers.
  func nextDeadline(after now: Instant) -> Instant {
    guard let waitsSince, now < waitsSince + patience else { return .distantFuture }
    return waitsSince + patience
  }
}
