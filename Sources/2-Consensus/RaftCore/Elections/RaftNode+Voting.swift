internal import Determinism
internal import RaftTypes

// How a vote is granted (§5.2, §5.4.1, §9.6).
extension RaftNode {
  /// Whether a leader is known to be at work: then nobody else is helped to power. A follower hears
  /// it, or its connection breaks; the leader itself knows by a quorum's answers, counted from when
  /// it asked.
  var leaderIsAtWork: Bool {
    switch role {
    case .leader(let leadership):
      now < leadership.rounds.confirmedSentAt + settings.electionLeast
    case .follower(let follower):
      follower.leader != nil && !follower.isForsaken
        && now < leaderContact + settings.electionLeast
    case .preCandidate, .candidate: false
    }
  }

  /// Whether a request for a vote is to be ignored altogether.
  func isDeaf(to request: VoteRequest) -> Bool {
    now < votesFrom || ((leaderIsAtWork || isLoyal) && !request.isTransfer)
  }

  mutating func answerPreVote(_ request: VoteRequest, from candidate: NodeID) {
    let granted =
      mayVote && now >= votesFrom && !leaderIsAtWork && !isLoyal && request.candidacy > term
      && request.lastLog >= log.last
    send(.preVoteReply(reply(to: request, granted: granted)), to: candidate)
    if granted { yieldStart(to: candidate) }
  }

  mutating func answerVote(_ request: VoteRequest, from candidate: NodeID) {
    let isFree = ballot.vote == nil && leader == nil
    let granted =
      mayVote && now >= votesFrom && (!isLoyal || request.isTransfer)
      && request.candidacy == term
      && (isFree || ballot.vote == candidate) && request.lastLog >= log.last
    if granted {
      if ballot.vote == nil { promise(term, vote: candidate) }
      if case .follower = role {
        let deadline = patience()
        role.follower?.deadline = deadline
      } else {
        // A rehearsal binds nobody; who helps another gives up its own.
        follow(nil, in: term)
      }
    }
    send(.voteReply(reply(to: request, granted: granted)), to: candidate)
  }

  func reply(to request: VoteRequest, granted: Bool) -> VoteReply {
    let silence = isLeader ? TimeSpan.zero : now.since(leaderContact)
    return VoteReply(candidacy: request.candidacy, granted: granted, leaderSilence: silence)
  }
}
