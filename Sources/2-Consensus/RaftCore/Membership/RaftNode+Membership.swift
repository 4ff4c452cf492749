internal import Determinism
internal import RaftTypes

// How the configuration changes (§6; dissertation §4): one step at a time, each committed before
// the next, and every step that follows from one is the leader's own to take.
extension RaftNode {
  mutating func change(_ change: MembershipChange, _ ticket: Ticket) {
    do throws(MembershipRefusal) {
      guard isLeader else { throw .notLeader }
      guard mayReconfigure, let membership, !membership.isJoint else { throw .changeUnderWay }
      let next = try membership.stepping(by: change)
      reconfigure(next, ticket)
    } catch {
      effects.refusedChanges.append(RefusedChange(ticket: ticket, reason: error))
    }
  }

  /// A connection told on which disk `peer` is now. Only a leader has a use for that, and only for
  /// what the configuration does not say; connections that are refused are tried, and told, again.
  mutating func meet(_ peer: NodeID, on disk: DiskIncarnation) {
    guard isLeader else { return }
    let isKnown = membership?.members[peer]?.incarnation == disk
    disks[peer] = isKnown ? nil : disk
  }

  /// Whether a configuration may be appended: the one in force is committed, and so is an entry of
  /// this term, without which two leaders could build different ones on the same parent (pitfall
  /// 22).
  private var mayReconfigure: Bool {
    guard case .leader(let leadership) = role, case .none = leadership.transfer,
      let index = configurations.effectiveIndex
    else { return false }
    return index <= commit && leadership.termStart <= commit
  }

  /// The next step of a change that is under way, whoever began it (pitfall 27).
  mutating func advanceMembership() {
    guard role.isTransitional || !disks.isEmpty, mayReconfigure, let membership else { return }
    if membership.isJoint { return reconfigure(membership.leavingJoint) }
    for (peer, disk) in disks {
      if let next = membership.renewing(peer, on: disk) { return reconfigure(next) }
      // Done, or of nobody's concern: it must not count as news when it is old.
      disks[peer] = nil
    }
    for member in membership.prospects {
      if let next = judge(member, in: membership) { return reconfigure(next) }
    }
  }

  private mutating func judge(_ member: Member, in membership: Membership) -> Membership? {
    guard case .leader(let leadership) = role, let progress = leadership.progress[member.id]
    else { return nil }
    var catchUp =
      leadership.catchUps[member.id] ?? CatchUp(target: log.last.index, at: now)
    let verdict = catchUp.judge(progress, last: log.last.index, at: now, settings)
    role.leadership?.catchUps[member.id] = catchUp
    switch (verdict, member.prospect) {
    case (.underWay, _), (_, .none), (_, .leaving): return nil
    case (.caughtUp, .trial), (.caughtUp, .promotion): return membership.promoting(member.id)
    case (.hopeless, .trial): return membership.without(member.id)
    case (.hopeless, .promotion):
      role.leadership?.catchUps[member.id] = nil
      return nil
    }
  }

  private mutating func reconfigure(_ next: Membership, _ ticket: Ticket? = nil) {
    appendOwn(
      [Proposal(ticket: ticket ?? 0, payload: .membership(next))], logTime,
      announce: ticket != nil)
  }

  /// A leader that is no voter of a committed configuration has done its duty (dissertation
  /// §4.2.2). The best follower need not wait for its patience to end.
  mutating func stepDownWhenRemoved() {
    guard case .leader(let leadership) = role, let index = configurations.effectiveIndex,
      index <= commit, membership?.isVoter(id) == false
    else { return }
    if let successor = bestSuccessor(leadership), let progress = leadership.progress[successor],
      progress.match == log.last.index
    {
      effects.relinquish = true
      send(.timeoutNow(TimeoutNow(lastLog: log.last)), to: successor)
    }
    follow(nil, in: term)
  }
}
