internal import ClientProtocol
internal import Determinism
internal import Faults
internal import RaftTypes
internal import Replica

// Operators who change the membership, also at bad times.
extension World {
  /// Asks whoever leads, or anybody; false when there is nobody to do it with.
  func churn(_ churn: Churn) -> Bool {
    guard let membership, let change = change(churn, membership) else { return false }
    let target = leader ?? nodes.pick(&diskDice)
    guard target.pausedUntil == nil, target.isUp else { return false }
    wish(change, of: target)
    return true
  }

  func wish(_ change: MembershipChange, of target: SimulatedNode) {
    note("!!", "asks \(target.id): \(change)")
    let wish = Wish(change, number: wishes.count, at: now)
    wishes.append(wish)
    let call = ClientCall(.changeMembership(change), timeoutMilliseconds: Wish.timeout)
    offer(.call(call, tag: wish.tag), to: target)
  }

  /// An operator's call ended: what was refused will not come true.
  func heard(_ answer: Answer) {
    guard case .failed(let error) = answer.reply.body, error.outcome == .notApplied,
      let place = wishes.firstIndex(where: { $0.tag == answer.tag })
    else { return }
    wishes[place].wasRefused(at: now)
  }

  /// Whether this member may be one no longer soon: an operator asked for it, or another is
  /// catching up to replace it.
  func mayLeave(_ id: NodeID) -> Bool {
    wishes.contains { $0.dismissed == id && now < $0.until }
      || possibleMemberships().contains { $0.isReplacing(id) }
  }

  private func change(_ churn: Churn, _ membership: Membership) -> MembershipChange? {
    let outsiders = nodes.filter { membership.members[$0.id] == nil }
    switch churn {
    case .addVoter: return pick(outsiders).map { .add(member($0)) }
    case .addLearner: return pick(outsiders).map { .addLearner(member($0)) }
    case .promote: return pick(membership.learners).map { .promote($0) }
    // An operator who sees a machine without its disk does not take another one away.
    case .demote, .remove, .replace:
      guard membership.voters.count > 1, !nodes.contains(where: isSuspect),
        let victim = pick(Array(membership.members.keys))
      else { return nil }
      if churn == .remove { return .remove(victim) }
      guard membership.isVoter(victim) else { return nil }
      if churn == .demote { return .demote(victim) }
      return pick(outsiders).map { .replace(victim, with: member($0)) }
    }
  }

  private func pick<Element>(_ some: [Element]) -> Element? {
    some.isEmpty ? nil : some.pick(&diskDice)
  }

  func member(_ node: SimulatedNode) -> Member {
    Member(
      id: node.id, incarnation: node.incarnation, peerAddress: "\(node.id):1",
      clientAddress: "\(node.id):2")
  }
}

extension Membership {
  fileprivate func isReplacing(_ id: NodeID) -> Bool {
    members.values.contains { $0.prospect == .trial(replacing: id) }
  }
}
