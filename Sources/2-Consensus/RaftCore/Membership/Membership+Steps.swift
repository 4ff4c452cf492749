internal import Determinism
internal import RaftTypes

// The steps from one configuration to the next (§6; dissertation §4.3): pure, and blind to time. A
// step that changes who decides passes through a joint configuration, whose outgoing half keeps
// the members as they were.
extension Membership {
  /// What to append for an operator's wish.
  func stepping(by change: MembershipChange) throws(MembershipRefusal) -> Membership {
    switch change {
    case .add(let member): return try admitting(member.with(.trial(replacing: nil)))
    case .addLearner(let member): return try admitting(member.with(.none))
    case .promote(let id):
      let member = try member(id)
      guard !isVoter(id) else { throw .alreadyVoter(id) }
      return listing(member.with(.promotion))
    case .demote(let id):
      let member = try member(id)
      guard isVoter(id) else { throw .notVoter(id) }
      return try dismissing(member.with(.none))
    case .remove(let id):
      let member = try member(id)
      return isVoter(id) ? try dismissing(member.with(.leaving)) : without(id)
    case .replace(let id, let member):
      _ = try self.member(id)
      guard isVoter(id) else { throw .notVoter(id) }
      return try admitting(member.with(.trial(replacing: id)))
    }
  }

  /// A learner that has caught up becomes a voter, and whom it replaces leaves with the outgoing
  /// half.
  func promoting(_ id: NodeID) -> Membership {
    guard let member = members[id] else { return self }
    var next = members
    next[id] = member.with(.none)
    var incoming = voters + [id]
    if case .trial(let replaced?) = member.prospect, let old = members[replaced] {
      incoming.removeAll { $0 == replaced }
      next[replaced] = isVoter(replaced) ? old.with(.leaving) : nil
    }
    return Membership(members: next, voters: incoming, outgoing: voters)
  }

  /// The cluster met `id` on another disk, which remembers nothing of what the known one promised:
  /// a voter is one no longer, and then the new disk is taken as a learner's (pitfall 3). Nil when
  /// there is nothing to do, or nothing that can be done.
  func renewing(_ id: NodeID, on disk: DiskIncarnation) -> Membership? {
    guard let member = members[id], member.incarnation != disk else { return nil }
    return isVoter(id) ? try? dismissing(member.with(.promotion)) : listing(member.on(disk))
  }

  /// The outgoing half has done its duty.
  var leavingJoint: Membership {
    let staying = members.filter { $0.1.prospect != .leaving }
    return Membership(members: SortedMap(staying), voters: voters)
  }

  func without(_ id: NodeID) -> Membership {
    Membership(members: SortedMap(members.filter { $0.0 != id }), voters: voters)
  }

  /// Members who are on their way to becoming voters.
  var prospects: [Member] {
    members.values.filter { member in
      switch member.prospect {
      case .none, .leaving: false
      case .trial, .promotion: !isVoter(member.id)
      }
    }
  }

  private func member(_ id: NodeID) throws(MembershipRefusal) -> Member {
    guard let member = members[id] else { throw .notMember(id) }
    return member
  }

  private func admitting(_ member: Member) throws(MembershipRefusal) -> Membership {
    guard members[member.id] == nil else { throw .alreadyMember(member.id) }
    guard members.count < Membership.most else { throw .tooManyMembers }
    let taken = members.values.first { known in
      known.peerAddress == member.peerAddress || known.clientAddress == member.clientAddress
    }
    if let taken { throw .addressTaken(by: taken.id) }
    return listing(member)
  }

  private func listing(_ member: Member) -> Membership {
    var next = members
    next[member.id] = member
    return Membership(members: next, voters: voters)
  }

  private func dismissing(_ member: Member) throws(MembershipRefusal) -> Membership {
    guard voters.count > 1 else { throw .lastVoter(member.id) }
    var next = members
    next[member.id] = member
    return Membership(
      members: next, voters: voters.filter { $0 != member.id }, outgoing: voters)
  }
}
