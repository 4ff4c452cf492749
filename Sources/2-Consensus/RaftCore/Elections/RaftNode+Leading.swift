internal import Determinism
internal import RaftTypes

// How a leader's term begins and ends.
extension RaftNode {
  /// Takes power: the first entry of the term makes everything before it committable (§5.4.2, §8).
  ///
  /// - Parameter heard: see `Leadership.heard`.
  mutating func lead(heard: Instant) {
    guard let membership else { return }
    let next = log.last.index.next
    let progress = SortedMap(
      membership.members.filter { $0.0 != id }.map { ($0.0, Progress(of: $0.1, next: next)) })
    leaderContact = now
    disks = SortedMap()
    role = .leader(
      Shared(Leadership(termStart: next, heard: heard, progress: progress, at: now)))
    appendOwn([Proposal(ticket: 0, payload: .termStart(claim: claim))], logTime, announce: false)
    beginRound()
  }

  /// Leaves power: the lease and the address go first, then everybody who waited gets an honest
  /// answer. The caller sets the next role.
  mutating func resign() {
    guard case .leader(let leadership) = role else { return }
    effects.relinquish = true
    leaseFrom = nil
    farewell = nil
    // What a turn asked for before it lost the lead would leave in a term this node does not lead.
    effects.snapshotSends = []
    // Its own word counts as a leader's: it knows that one was at work until now.
    leaderContact = now
    for origin in leadership.reads.all { refuse(origin, .notLeader) }
    switch leadership.transfer {
    case .none: break
    case .catchingUp(_, _, let parked), .parting(_, _, let parked):
      refuse(parked, .notLeader)
      effects.transfer = .abandoned
    case .handedOver(let target, _, let parked):
      refuse(parked, .notLeader)
      effects.transfer = .handedOver(to: target)
    }
  }

  func isMember(_ peer: NodeID) -> Bool { membership?.members[peer] != nil }

  mutating func refuse(_ proposals: [Proposal], _ reason: Refusal) {
    for proposal in proposals {
      effects.refusedProposals.append(Refused(ticket: proposal.ticket, reason: reason))
    }
  }
}
