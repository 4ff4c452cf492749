internal import Determinism
internal import RaftTypes

// The fast path after a process crashed (deviation from §5.2: docs/PAPER-MAP.md). A dead process's
// kernel ends its connections at once, and a follower need not wait out its election timeout to
// learn what it knows already.
//
// It loosens the rule that a new leader exists only after a majority has not heard the old one for
// an election timeout. Safety of the log never stood on that. What did is a lease; so a leader
// knows when its voters heard an older one last (`Leadership.heard`), and may act on a lease of its
// own only when every older one is over. A node that offers lease reads keeps the rule.
extension RaftNode {
  /// The connection on which the leader spoke has ended, after everything it said on it.
  mutating func loseConnection(to peer: NodeID) {
    guard !settings.leaseReads, case .follower(let follower) = role, follower.leader == peer
    else { return }
    role.follower?.isForsaken = true
    let first = now + turn(after: peer)
    role.follower?.deadline = min(follower.deadline, first)
  }

  /// Whether what this node campaigns on is a broken connection, and not a leader's silence.
  var isEarly: Bool {
    switch role {
    case .follower(let follower):
      follower.isForsaken && now < leaderContact + settings.electionLeast
    case .preCandidate(let campaign), .candidate(let campaign):
      campaign.isEarly && now < leaderContact + settings.electionLeast
    case .leader: false
    }
  }

  /// One voter after the other, so that the first has won before the second asks. A heartbeat is
  /// several round trips; a fifth of one is a round trip and a sync.
  private func turn(after leader: NodeID) -> TimeSpan {
    let others = membership?.voters.filter { $0 != leader } ?? []
    let rank = UInt64(others.firstIndex(of: id) ?? 0)
    return settings.heartbeat * rank / 5
  }

  /// When to ask again after an early rehearsal: another voter may notice a moment later.
  var earlyRetry: Instant { now + settings.heartbeat / 10 }

  /// How long an early candidate waits for its votes: a collision must not cost the very timeout
  /// that the fast path saves.
  mutating func earlyPatience() -> Instant {
    now + dice.span(from: settings.heartbeat, to: settings.heartbeat * 2)
  }
}
