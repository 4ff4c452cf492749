public import Determinism
internal import RaftTypes

// Time is data: deadlines go out, and come back as the `now` of any input.
extension RaftNode {
  /// When this node wants to be stepped again, at the latest. Step with `.timePassed` then.
  public var nextDeadline: Instant {
    switch role {
    case .follower(let follower):
      let oldest = follower.asked.values.first
      let answer = oldest.map { $0.since + settings.electionLeast } ?? .distantFuture
      return min(answer, mayCampaign || wantsRepair ? follower.deadline : .distantFuture)
    case .preCandidate(let campaign), .candidate(let campaign): return campaign.deadline
    case .leader(let leadership):
      return min(leadership.heartbeatDue(settings), leadership.transfer.deadline)
    }
  }

  mutating func passDeadlines() {
    switch role {
    case .follower(let follower):
      giveUpOldQuestions(follower)
      if now >= follower.deadline {
        if mayCampaign { rehearse() } else if wantsRepair { askForRepair() }
      }
    case .preCandidate(let campaign), .candidate(let campaign):
      if now >= campaign.deadline { rehearse() }
    case .leader(let leadership):
      if now >= leadership.transfer.deadline { transferTimedOut() }
      if isLeader, now >= leadership.checkedAt + settings.heartbeat { checkQuorum() }
      if isLeader, now >= leadership.heartbeatDue(settings) {
        settleDispute(leadership)
        beginRound()
      }
    }
  }

  /// Steps down when a quorum has been silent for the longest election timeout: the others may have
  /// elected somebody else, and clients of this node would wait for nothing (§6.2). It has a clock
  /// of its own: a round that a read began in the turn after a pause must not put it off.
  private mutating func checkQuorum() {
    guard case .leader(let leadership) = role, let membership else { return }
    let contact = Quorum.reached(in: membership) { voter in
      if voter == id { return now }
      return leadership.progress[voter]?.contact ?? leadership.since
    }
    role.leadership?.checkedAt = now
    if now >= contact + settings.electionMost { follow(nil, in: term) }
  }
}

extension Shared<Leadership> {
  func heartbeatDue(_ settings: Settings) -> Instant {
    (self.rounds.newestSentAt ?? self.since) + settings.heartbeat
  }
}

extension TransferState {
  var deadline: Instant {
    switch self {
    case .none: .distantFuture
    case .catchingUp(_, let deadline, _), .parting(_, let deadline, _),
      .handedOver(_, let deadline, _):
      deadline
    }
  }
}
