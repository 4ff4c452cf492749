internal import Determinism
internal import RaftTypes

/// A rule that a node's state broke; found by tests and by the simulator after every step.
public struct BrokenInvariant: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String
}

extension RaftNode {
  /// What holds in every state between two steps.
  public func checkInvariants() throws(BrokenInvariant) {
    try demand(log.base.index <= log.durable && log.durable <= log.last.index, "durable in log")
    try demand(handedOut <= commit, "only committed entries are applied")
    try demand(commit <= log.last.index, "the commit index lies in the log")
    try demand(log.base.index <= handedOut, "only applied entries are compacted")
    try demand(log.leftThrough <= log.durable, "what left memory is on the disk")
    try demand(log.leftThrough <= commit, "what left memory is chosen")
    try demand(
      log.base.index <= (snapshot?.position.index ?? .zero) || !stateIsSound,
      "a snapshot covers what is compacted")
    try demand(log.last.term <= term, "no entry of a later term")
    try demand(log.faulty.allSatisfy { $0 > log.durable }, "a faulty slot is not durable")
    try demand(
      (durableBallot.term, durableBallot.vote == nil ? 0 : 1) <= (
        ballot.term, ballot.vote == nil ? 0 : 1
      ), "the disk promises no more than the node")
    if case .leader(let leadership) = role { try checkLeader(leadership) }
    if case .candidate(let campaign) = role {
      try demand(ballot.vote == id && campaign.candidacy == term, "a candidate voted for itself")
    }
  }

  private func checkLeader(_ leadership: Shared<Leadership>) throws(BrokenInvariant) {
    try demand(ballot.vote == id && durableBallot == ballot, "a leader's own vote is durable")
    try demand(log.faulty.isEmpty, "a leader has every entry's body")
    try demand(stateIsSound, "a leader's state can be trusted")
    try demand(log.term(at: leadership.termStart) ?? term == term, "the term starts with its own")
    try demand(
      leadership.rounds.confirmed <= leadership.rounds.newest, "only sent rounds are confirmed")
    for (peer, progress) in leadership.progress {
      try demand(peer != id, "a leader is not its own follower")
      try demand(progress.match <= log.last.index, "a follower matches only what exists")
      switch progress.flow {
      case .probing(let probing):
        try demand(probing.next > progress.match, "the next entry lies behind the match")
      case .replicating(let pipeline):
        try demand(pipeline.next > progress.match, "the next entry lies behind the match")
        try demand(
          pipeline.bytes == pipeline.flights.reduce(0) { $0 + $1.bytes }, "the window adds up")
      case .snapshotting(let transfer):
        try demand(
          transfer.snapshot.position.index > progress.match || progress.needsState,
          "a snapshot brings something")
      }
    }
  }

  /// What holds between a state and the one before it.
  public func checkTransition(from old: RaftNode) throws(BrokenInvariant) {
    try demand(term >= old.term, "a term only grows")
    try demand(
      term > old.term || old.ballot.vote == nil || ballot.vote == old.ballot.vote,
      "a vote is never taken back")
    try demand(commit >= old.commit, "the commit index never falls")
    try demand(
      handedOut >= old.handedOut || (stateIsSound && !old.stateIsSound),
      "nothing is applied twice")
    try demand(logTime >= old.logTime, "log time never falls")
    if case .leader = role, case .leader = old.role, term == old.term {
      try demand(log.last >= old.log.last, "a leader only appends (§5.3)")
    }
    if case .leader = role, term == old.term, case .follower = old.role {
      throw BrokenInvariant(description: "n\(id.number): a follower became leader without a term")
    }
  }

  private func demand(_ holds: Bool, _ rule: String) throws(BrokenInvariant) {
    if !holds { throw BrokenInvariant(description: "\(id) in \(term): \(rule)") }
  }
}
