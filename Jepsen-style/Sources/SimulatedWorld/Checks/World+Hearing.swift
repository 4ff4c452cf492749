internal import Determinism
internal import PeerProtocol
internal import RaftCore
internal import RaftTypes
internal import Replica

// Silence and contact: who follows helps nobody else to power, who is alone does not lead on.
extension World {
  /// Notes what the inputs of a turn that has just ended said about leaders and followers.
  func hear(_ inputs: [ReplicaInput], at node: SimulatedNode, _ view: NodeView) {
    let local = node.clock.local(now)
    if view.isLeader { node.hearing.leads(view.term, of: nodes.count, at: local) }
    for input in inputs {
      if case .linkLost(_, let loss) = input, loss.direction == .incoming, loss.reset {
        // What a dead process would look like: it need not be waited for (deviation from §4.2.3).
        node.hearing.leaderIsOver()
      }
      guard case .frame(.raft(let envelope), let peer) = input, envelope.term >= view.term
      else { continue }
      switch envelope.message {
      case .voteRequest(let request) where !request.isTransfer: break
      case .preVoteRequest: break
      case _ where envelope.term > node.hearing.followed?.term ?? envelope.term:
        node.hearing.leaderIsOver()
      case _: break
      }
      guard envelope.term == view.term else { continue }
      switch envelope.message {
      case .append, .heartbeat, .snapshotChunk:
        if view.leader == peer { node.hearing.leaderSpoke(in: view.term, at: local) }
      case .appendReply:
        if view.isLeader { node.hearing.answered(Int(peer.number) - 1, at: local) }
      case .heartbeatReply(let reply):
        guard view.isLeader else { continue }
        node.hearing.answered(Int(peer.number) - 1, at: local)
        node.hearing.answered(Int(peer.number) - 1, round: reply.round)
      case _: break
      }
    }
  }

  /// A leader that has heard no majority for two of the longest election timeouts steps down: its
  /// clients would wait for nothing (pitfalls 41, 45).
  func checkContact(_ node: SimulatedNode, _ view: NodeView) throws(Violation) {
    // Silence lasts: to look at it now and then is enough.
    guard view.isLeader, tally.turns % 8 == 0,
      let membership = node.process?.replica.core.membership
    else { return }
    let local = node.clock.local(now)
    let since = node.hearing.decides(membership.voters + (membership.outgoing ?? []), at: local)
    for half in [membership.voters, membership.outgoing ?? []] {
      guard let heard = node.hearing.majorityHeard(of: half, by: node.id) else { continue }
      guard local <= max(heard, since) + settings.electionMost * 2 + settings.heartbeat * 2
      else { throw Violation("\(node.id) leads \(view.term) and hears no majority of \(half)") }
    }
  }

  /// A vote within the shortest election timeout of a leader's word, the voter's own start
  /// included, falls into the time in which that leader may count on it (§4.2.3, §6.4.1, pitfalls
  /// 20 and 28); a transfer is that leader's own wish.
  func checkSilence(_ node: SimulatedNode, _ frame: PeerFrame) throws(Violation) {
    guard case .raft(let envelope) = frame else { return }
    switch envelope.message {
    case .heartbeat(let heartbeat): node.hearing.asked(heartbeat.round, at: now)
    case .voteRequest(let request):
      if request.isTransfer { oracle.wasTransferred(envelope.term) }
    case .voteReply(let reply) where reply.granted:
      guard let followed = node.hearing.followed, followed.term < envelope.term,
        !oracle.isTransfer(envelope.term)
      else { return }
      guard node.clock.local(now) >= followed.at + settings.electionLeast else {
        throw Violation(
          "\(node.id) votes in \(envelope.term) and heard the leader of \(followed.term) just now")
      }
    case _: break
    }
  }
}
