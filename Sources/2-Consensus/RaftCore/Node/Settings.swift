public import Determinism

/// The times and bounds of consensus, checked as a set.
public struct Settings: Hashable, Sendable {
  /// Between two heartbeats of a leader.
  public let heartbeat: TimeSpan
  /// E: the shortest time without a leader after which a follower may campaign, and during which a
  /// voter that heard a leader refuses to vote (§4.2.3, §9.6).
  public let electionLeast: TimeSpan
  /// A follower's patience is drawn from `electionLeast ..< electionMost` (§5.2).
  public let electionMost: TimeSpan
  public let limits: Limits
  /// Whether this node promises leaders its loyalty, and as a leader answers lease reads from a
  /// quorum's promises (§6.4.1). Then it never campaigns, and never helps another to power, because
  /// a connection broke.
  public private(set) var leaseReads = false

  /// Why times do not fit together.
  public enum Fault: Error, Hashable, Sendable {
    /// Make the heartbeat at most a third of the shortest election timeout, so that one lost
    /// message is no reason for an election.
    case heartbeatTooSlow(heartbeat: TimeSpan, electionLeast: TimeSpan)
    /// Make the longest election timeout at least 4/3 of the shortest, so that candidates do not
    /// collide.
    case electionRangeTooNarrow(least: TimeSpan, most: TimeSpan)
    /// Set a heartbeat of at least 1 ms.
    case heartbeatTooFast
  }

  public init(
    heartbeat: TimeSpan, electionLeast: TimeSpan, electionMost: TimeSpan,
    limits: Limits = Limits()
  ) throws(Fault) {
    guard heartbeat >= .milliseconds(1) else { throw .heartbeatTooFast }
    guard heartbeat * 3 <= electionLeast else {
      throw .heartbeatTooSlow(heartbeat: heartbeat, electionLeast: electionLeast)
    }
    guard electionLeast * 4 <= electionMost * 3 else {
      throw .electionRangeTooNarrow(least: electionLeast, most: electionMost)
    }
    self.init(checked: heartbeat, electionLeast, electionMost, limits)
  }

  private init(
    checked heartbeat: TimeSpan, _ least: TimeSpan, _ most: TimeSpan, _ limits: Limits
  ) {
    self.heartbeat = heartbeat
    self.electionLeast = least
    self.electionMost = most
    self.limits = limits
  }

  /// One data centre: heartbeat 50 ms, election 300 to 600 ms.
  public static let lan = Settings(
    checked: .milliseconds(50), .milliseconds(300), .milliseconds(600), Limits())
  /// One quiet switch: 10 ms, 80 to 160 ms.
  public static let lanFast = Settings(
    checked: .milliseconds(10), .milliseconds(80), .milliseconds(160), Limits())
  /// Across regions: 250 ms, 2 to 4 s.
  public static let wan = Settings(
    checked: .milliseconds(250), .seconds(2), .seconds(4), Limits())

  /// The same times with other bounds.
  public func with(_ limits: Limits) -> Settings {
    var changed = Settings(checked: heartbeat, electionLeast, electionMost, limits)
    changed.leaseReads = leaseReads
    return changed
  }

  /// The same with or without lease reads; without unless asked for.
  public func with(leaseReads: Bool) -> Settings {
    var changed = self
    changed.leaseReads = leaseReads
    return changed
  }
}
