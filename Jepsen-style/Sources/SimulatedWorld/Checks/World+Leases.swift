internal import Determinism
internal import PeerProtocol
internal import RaftCore
internal import RaftTypes
internal import Replica

// What a hold of the address rests on: a quorum's word, counted from when it was asked for, and the
// silence of a quorum before. Two holders show only where much else goes wrong as well; these show
// at once.
extension World {
  func checkLeases(_ node: SimulatedNode, _ old: NodeView, _ view: NodeView) throws(Violation) {
    guard view.isLeader else { return }
    if let from = view.leaseFrom, from != old.leaseFrom { try checkLease(node, view, from) }
    if !old.isLeader || view.term != old.term { try checkHeard(node, view) }
  }

  /// A lease counts from when the round left that a quorum has answered: from then on it keeps
  /// them from electing another, and not from when their answers came (§6.4.1, pitfall 19).
  private func checkLease(
    _ node: SimulatedNode, _ view: NodeView, _ from: Instant
  ) throws(Violation) {
    // As for reads: only committed configurations are looked at.
    guard let core = node.process?.replica.core, let membership = core.membership,
      let configured = core.configurations.effectiveIndex, configured <= view.commit
    else { return }
    for half in membership.halves {
      guard let proof = node.hearing.newestProof(by: half, for: node.id) else { continue }
      guard from <= node.clock.local(proof) else {
        throw Violation("\(node.id) in \(view.term) counts its lease from later than it asked")
      }
    }
  }

  /// A new leader knows when those that elected it last heard an older one, or later: that one may
  /// count on their word for as long (pitfall 20).
  private func checkHeard(_ node: SimulatedNode, _ view: NodeView) throws(Violation) {
    // Whoever says for how long he heard nobody says it by another clock than the one it is for.
    guard clocksKeepTheirBound, let core = node.process?.replica.core,
      case .leader(let leadership) = core.role, let membership = core.membership
    else { return }
    for half in membership.halves {
      let vouchers = nodes.filter { voter in
        guard half.contains(voter.id), voter.hasVoted(for: node.id, in: view.term) else {
          return false
        }
        // A candidate that was frozen may win long after, when others follow a later leader.
        guard let spoken = voter.hearing.spoken, spoken.term < view.term else { return true }
        return node.clock.local(voter.clock.world(spoken.at)) <= leadership.heard + Self.rounding
      }
      guard vouchers.count > half.count / 2 else {
        throw Violation(
          "\(node.id) leads \(view.term) and forgets whom its voters of \(half) have heard")
      }
    }
  }

  private static var rounding: TimeSpan { .microseconds(1) }

  /// A forwarded call is named so that no answer to another one, of another life, ends it (pitfall
  /// 60).
  func checkName(_ node: SimulatedNode, _ frame: PeerFrame) throws(Violation) {
    guard case .forward(let call) = frame else { return }
    guard let life = node.forwarded.updateValue(node.life, forKey: call.id), life != node.life
    else { return }
    throw Violation("\(node.id) names a forwarded call as it named one of an earlier life")
  }
}
