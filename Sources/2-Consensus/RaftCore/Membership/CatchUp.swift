internal import Determinism
internal import RaftTypes

/// A learner on its way to becoming a voter: it copies the log in rounds, each up to where the log
/// ended when the round began; one that takes less than an election timeout shows that its vote
/// would not hold the cluster up (dissertation §4.2.1).
struct CatchUp: Hashable, Sendable {
  enum Verdict: Hashable, Sendable { case underWay, caughtUp, hopeless }

  private var rounds = 0
  private var target: LogIndex
  private var beganAt: Instant
  // What it had when it last got further.
  private var reached = LogIndex.zero
  private var received: UInt64 = 0
  private var movedAt: Instant

  /// Rounds until a learner that follows too slowly is given up (dissertation §4.2.1).
  private static let roundLimit = 10
  /// Election timeouts without any movement until one that cannot be reached is given up: long
  /// enough for a restart, short enough for the person who mistyped its address.
  private static let patience: UInt64 = 20

  init(target: LogIndex, at now: Instant) {
    self.target = target
    beganAt = now
    movedAt = now
  }

  /// What its progress says by now; `last` is where the log ends.
  mutating func judge(
    _ progress: Progress, last: LogIndex, at now: Instant, _ settings: Settings
  ) -> Verdict {
    note(progress, at: now)
    if now >= movedAt + settings.electionMost * Self.patience { return .hopeless }
    guard progress.match >= target, progress.contact != nil, !progress.needsState else {
      return .underWay
    }
    if now < beganAt + settings.electionLeast { return .caughtUp }
    rounds += 1
    guard rounds < Self.roundLimit else { return .hopeless }
    target = last
    beganAt = now
    return .underWay
  }

  private mutating func note(_ progress: Progress, at now: Instant) {
    var bytes: UInt64 = 0
    if case .snapshotting(let transfer) = progress.flow { bytes = transfer.received }
    if progress.match > reached || bytes != received || progress.match >= target { movedAt = now }
    reached = progress.match
    received = bytes
  }
}
