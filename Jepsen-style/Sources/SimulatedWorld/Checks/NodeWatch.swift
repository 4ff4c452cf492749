internal import Determinism
internal import KeyValueStore
internal import PeerProtocol
internal import RaftCore
internal import RaftTypes
internal import Replica

/// What of a node must not fall from one turn to the next; cheap enough to be taken at every turn.
struct NodeWatch {
  let term: Term
  let vote: NodeID?
  let commit: LogIndex
  let applied: LogIndex
  let last: LogPosition
  let wasLeader: Bool

  init(_ replica: Replica) {
    term = replica.core.term
    vote = replica.core.ballot.vote
    commit = replica.core.commit
    applied = replica.store.appliedIndex
    last = replica.core.log.last
    wasLeader = replica.core.isLeader
  }

  func check(_ replica: Replica) throws(Violation) {
    let core = replica.core
    try demand(core.term >= term, core, "a term only grows")
    try demand(
      core.term > term || vote == nil || core.ballot.vote == vote, core, "a vote is not taken back")
    try demand(core.commit >= commit, core, "the commit index never falls")
    try demand(replica.store.appliedIndex >= applied, core, "nothing applied is forgotten")
    try demand(
      !wasLeader || !core.isLeader || core.term > term || core.log.last >= last, core,
      "a leader only appends (§5.3)")
    try demand(
      replica.store.appliedIndex == core.handedOut, core, "what is handed out is applied at once")
  }

  private func demand(_ holds: Bool, _ core: RaftNode, _ rule: String) throws(Violation) {
    if !holds { throw Violation("\(core.id) in \(core.term): \(rule)") }
  }
}

extension SimulatedNode {
  /// What leaves a node may claim only what its disk has: acknowledgements and votes (§5.2, §5.3).
  func checkTruth(of frame: PeerFrame) throws(Violation) {
    guard case .raft(let envelope) = frame, let process else { return }
    switch envelope.message {
    case .appendReply(.accepted(let durable)):
      let snapshot = process.storage.snapshot?.index ?? .zero
      guard durable.index <= max(process.storage.synced.index, snapshot) else {
        throw Violation("\(id) acknowledges \(durable), its disk ends at \(process.storage.synced)")
      }
    case .voteReply(let reply) where reply.granted: try checkVote(envelope.term, for: envelope.to)
    case .voteRequest: try checkVote(envelope.term, for: id)
    case .preVoteRequest, .preVoteReply, .voteReply, .append, .appendReply, .heartbeat,
      .heartbeatReply, .snapshotChunk, .snapshotReply, .timeoutNow, .readIndexRequest,
      .readIndexReply:
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
