internal import ClientProtocol
internal import Determinism
internal import Faults
internal import RaftCore
internal import RaftTypes
internal import Replica

// Reads are proved by rounds that began after them, or by nobody else's leading.
extension World {
  /// A leader answers a linearizable read once a majority has answered a round of its own term that
  /// left after the read arrived (§6.4, pitfall 17). A round that left in the same turn will do.
  func checkReads(
    _ effects: ReplicaEffects, by node: SimulatedNode, _ view: NodeView
  ) throws(Violation) {
    // The voters of before have proved the round of a read that is answered in the very turn in
    // which a new configuration comes into force: only committed ones are looked at.
    guard view.isLeader,
      let configured = node.process?.replica.core.configurations.effectiveIndex,
      configured <= view.commit
    else { return }
    for answer in effects.answers where !Wish.isOperators(answer.tag) {
      let client = Int(answer.tag >> 40)
      guard case .range = answer.reply.body, !clients[client].trustsLeases,
        clients[client].attempt == answer.tag & 0xff_ffff_ffff,
        let asked = clients[client].askedLeader, asked.term == view.term,
        let membership = node.process?.replica.core.membership
      else { continue }
      for half in [membership.voters] + (membership.outgoing.map { [$0] } ?? []) {
        guard let proof = node.hearing.newestProof(by: half, for: node.id) else { continue }
        guard proof >= asked.at else {
          throw Violation("\(node.id) in \(view.term) answers a read that no later round proves")
        }
      }
    }
  }

  /// As long as a leader may answer from a lease, nobody leads a later term (§6.4.1, pitfalls 19,
  /// 20, 66). Whoever does was elected by voters who had promised this one not to.
  func checkLeaseReads(_ node: SimulatedNode, _ old: NodeView, _ view: NodeView) throws(Violation) {
    if view.isLeader, view.term > old.term || !old.isLeader { try checkOlderLeases(node, view) }
    guard view.leaseReads > old.leaseReads else { return }
    tally.leaseReads += Int(view.leaseReads - old.leaseReads)
    let other = nodes.first { other in
      other.process.map { $0.view.isLeader && $0.view.term > old.term } ?? false
    }
    guard let other, clocksKeepTheirBound else { return }
    throw Violation("\(node.id) answers from a lease in \(old.term), and \(other.id) leads later")
  }

  // Nobody need ask the older leader: that it could answer is enough.
  private func checkOlderLeases(_ node: SimulatedNode, _ view: NodeView) throws(Violation) {
    guard swarm.leaseReads != .none, clocksKeepTheirBound else { return }
    for other in nodes {
      guard let process = other.process, process.view.isLeader, process.view.term < view.term,
        let until = process.replica.core.leaseReadsUntil, other.clock.local(now) < until
      else { continue }
      throw Violation("\(node.id) leads \(view.term), and \(other.id) may still read from a lease")
    }
  }
}
