internal import Determinism
internal import PeerProtocol
internal import RaftTypes

extension SimulatedNode {
  /// What leaves a node may claim only what its disk has: acknowledgements, votes (§5.2, §5.3).
  func checkTruth(of frame: PeerFrame) throws(Violation) {
    guard case .raft(let envelope) = frame, let process else { return }
    switch envelope.message {
    case .appendReply(.accepted(let durable)):
      let snapshot = process.storage.snapshot?.index ?? .zero
      // One of an older term may have waited for a ballot while a newer leader replaced what it is
      // about: it must have been true once, and nobody counts it any more.
      let isLate = envelope.term < process.view.term
      let log = process.storage.durable
      guard
        durable.index <= snapshot || log.holds(durable) || (isLate && log.hasHeld(durable))
      else {
        throw Violation("\(id) acknowledges \(durable), its disk ends at \(process.storage.synced)")
      }
      acknowledged[envelope.term] = max(acknowledged[envelope.term] ?? .zero, durable.index)
    case .voteReply(let reply) where reply.granted: try checkVote(envelope.term, for: envelope.to)
    case .voteRequest: try checkVote(envelope.term, for: id)
    case .repairReply(let reply):
      // A leader may have brought it since, while the answer waited for its ballot.
      guard process.view.leader == nil else { return }
      // What a majority denied to this node is void for whoever asks it in turn (decision 25), and
      // what is being replaced is not in its log any more.
      let voided = process.denials.voidedFrom ?? LogIndex(.max)
      for position in reply.absent
      where position.index < voided && !isReplacing(position.index)
        && process.storage.durable.holds(position)
      {
        throw Violation("\(id) denies \(position), which its disk has")
      }
    case .preVoteRequest, .preVoteReply, .voteReply, .append, .appendReply, .heartbeat,
      .heartbeatReply, .snapshotChunk, .snapshotReply, .timeoutNow, .readIndexRequest,
      .readIndexReply, .repairRequest:
      break
    }
  }

  // A disk that is in a later term has this vote behind it: nobody else can get one in that term.
  private func checkVote(_ term: Term, for candidate: NodeID) throws(Violation) {
    guard ballot == Ballot(term: term, vote: candidate) || ballot.term > term else {
      throw Violation("\(id) votes for \(candidate) in \(term), its disk says \(ballot)")
    }
    if let other = votes[term], other != candidate {
      throw Violation("\(id) votes for \(other) and for \(candidate) in \(term)")
    }
    votes[term] = candidate
  }
}
