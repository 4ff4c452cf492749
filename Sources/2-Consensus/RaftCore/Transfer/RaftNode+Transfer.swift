internal import Determinism
internal import RaftTypes

// Leadership transfer (§3.10).
extension RaftNode {
  mutating func beginTransfer(to wanted: NodeID?) {
    guard case .leader(let leadership) = role else {
      effects.transfer = .notLeader
      return
    }
    guard case .none = leadership.transfer else { return }
    guard let target = wanted ?? bestSuccessor(leadership), target != id,
      membership?.isVoter(target) == true
    else {
      effects.transfer = .abandoned
      return
    }
    role.leadership?.transfer = .catchingUp(
      to: target, deadline: now + settings.electionLeast, parked: [])
  }

  /// Whether somebody fit to lead could take over from this leader.
  public var hasFitSuccessor: Bool {
    guard case .leader(let leadership) = role, case .none = leadership.transfer,
      commit >= leadership.termStart, let best = bestSuccessor(leadership)
    else { return false }
    return leadership.progress[best]?.isFit == true
  }

  /// The voter with the longest log among those heard lately, of those fit to lead if there are
  /// any; the lowest id among equals.
  func bestSuccessor(_ leadership: Shared<Leadership>) -> NodeID? {
    var best: (id: NodeID, isFit: Bool, match: LogIndex)?
    for (peer, progress) in leadership.progress where membership?.isVoter(peer) == true {
      guard let contact = progress.contact, now < contact + settings.electionLeast else {
        continue
      }
      if let best, best.isFit != progress.isFit ? best.isFit : best.match >= progress.match {
        continue
      }
      best = (peer, progress.isFit, progress.match)
    }
    return best?.id
  }

  /// Once the target has everything, the lease ends; its end is written down and committed, so that
  /// the target need not wait for it; and only then TimeoutNow leaves.
  mutating func advanceTransfer() {
    guard case .leader(let leadership) = role else { return }
    switch leadership.transfer {
    case .none, .handedOver: break
    case .catchingUp(let target, _, let parked):
      guard leadership.progress[target]?.match == log.last.index, commit >= leadership.termStart
      else { return }
      effects.relinquish = true
      leaseFrom = nil
      guard let farewell else { return handOver(to: target, parked) }
      self.farewell = nil
      role.leadership?.transfer = .parting(
        to: target, deadline: now + settings.electionLeast, parked: parked)
      appendOwn([Proposal(ticket: 0, payload: .address(farewell))], logTime, announce: false)
    case .parting(let target, _, let parked):
      guard leadership.progress[target]?.match == log.last.index, commit == log.last.index
      else { return }
      handOver(to: target, parked)
    }
  }

  private mutating func handOver(to target: NodeID, _ parked: [Proposal]) {
    role.leadership?.transfer = .handedOver(
      to: target, deadline: now + settings.electionMost, parked: parked)
    send(.timeoutNow(TimeoutNow(lastLog: log.last)), to: target)
  }

  mutating func transferTimedOut() {
    guard case .leader(let leadership) = role else { return }
    switch leadership.transfer {
    case .none: break
    case .catchingUp(_, _, let parked):
      role.leadership?.transfer = .none
      effects.transfer = .abandoned
      appendOwn(parked, logTime, announce: true)
    case .parting(let target, _, _), .handedOver(let target, _, _):
      // The target may still act on a late TimeoutNow: this term must end before anything goes on
      // (pitfall 66).
      if mayCampaign { campaign(isTransfer: true) } else { follow(nil, in: term) }
      effects.transfer = .unanswered(by: target)
    }
  }

  /// Writes wait until the hand-over is decided.
  mutating func park(_ proposals: [Proposal]) {
    guard case .leader(let leadership) = role else { return }
    switch leadership.transfer {
    case .none: break
    case .catchingUp(let target, let deadline, let parked):
      guard hasRoom(parked, proposals) else { return }
      role.leadership?.transfer = .catchingUp(
        to: target, deadline: deadline, parked: parked + proposals)
    case .parting(let target, let deadline, let parked):
      guard hasRoom(parked, proposals) else { return }
      role.leadership?.transfer = .parting(
        to: target, deadline: deadline, parked: parked + proposals)
    case .handedOver(let target, let deadline, let parked):
      guard hasRoom(parked, proposals) else { return }
      role.leadership?.transfer = .handedOver(
        to: target, deadline: deadline, parked: parked + proposals)
    }
  }

  private mutating func hasRoom(_ parked: [Proposal], _ more: [Proposal]) -> Bool {
    if parked.count + more.count <= settings.limits.parkedProposals { return true }
    refuse(more, .overloaded)
    return false
  }

  /// The leader wants this node to lead. No rehearsal, and the others' stickiness does not apply.
  mutating func obey(_ order: TimeoutNow, from leader: NodeID) {
    guard case .follower(let follower) = role, follower.leader ?? leader == leader, mayCampaign,
      log.holds(order.lastLog)
    else { return }
    campaign(isTransfer: true)
  }
}
