internal import ClientProtocol
internal import Determinism
internal import RaftCore
internal import RaftTypes
internal import Replica

// Reads are proved by rounds that began after them.
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
      guard case .range = answer.reply.body, clients[client].attempt == answer.tag & 0xff_ffff_ffff,
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
}
