internal import Determinism
internal import RaftTypes

// How a node comes to power (§5.2), rehearsing first so that a lost node moves nobody's term
// (§9.6).
extension RaftNode {
  /// Asks whether an election could be won.
  mutating func rehearse() {
    refuseAskedReads()
    guard mayCampaign, !isLoyal else {
      role = .follower(Follower(leader: nil, deadline: patience()))
      return
    }
    var campaign = Campaign(
      candidacy: term.next, isTransfer: false, isEarly: isEarly, heard: leaderContact,
      deadline: isEarly ? earlyRetry : isStarting ? startRetry : patience())
    // Repeated every few milliseconds, it must not forget who said yes to the same question.
    if case .preCandidate(let former) = role, former.isEarly || isStarting,
      former.candidacy == term.next
    {
      campaign.votes = SortedMap(former.votes.filter(\.1))
    }
    campaign.votes[id] = true
    role = .preCandidate(campaign)
    ask(campaign) { .preVoteRequest($0) }
    tally(campaign)
  }

  /// Stands for election in the next term. The own vote counts once it is durable.
  mutating func campaign(isTransfer: Bool) {
    if isLeader { resign() }
    refuseAskedReads()
    let isEarly = isEarly
    promise(term.next, vote: id)
    let campaign = Campaign(
      candidacy: term, isTransfer: isTransfer, isEarly: isEarly, heard: leaderContact,
      deadline: isEarly || isStarting ? earlyPatience() : patience())
    role = .candidate(campaign)
    ask(campaign) { .voteRequest($0) }
  }

  mutating func countPreVote(_ reply: VoteReply, from voter: NodeID) {
    guard case .preCandidate(var campaign) = role, reply.candidacy == campaign.candidacy else {
      return  // the answer to an older rehearsal (pitfall 10)
    }
    campaign.votes[voter] = reply.granted
    role = .preCandidate(campaign)
    tally(campaign)
  }

  mutating func countVote(_ reply: VoteReply, from voter: NodeID) {
    guard case .candidate(var campaign) = role, reply.candidacy == campaign.candidacy else {
      return
    }
    // A vote given is given: a late refusal answers a copy of the request.
    campaign.votes[voter] = reply.granted || campaign.votes[voter] == true
    if reply.granted {
      campaign.heard = max(campaign.heard, now - reply.leaderSilence.shortened)
    }
    role = .candidate(campaign)
    tally(campaign)
  }

  mutating func ballotBecameDurable(_ durable: Ballot) {
    guard durable == ballot else { return }
    durableBallot = durable
    guard case .candidate(var campaign) = role, durable.vote == id else { return }
    campaign.votes[id] = true
    role = .candidate(campaign)
    tally(campaign)
  }

  private mutating func ask(_ campaign: Campaign, _ message: (VoteRequest) -> Message) {
    guard let membership else { return }
    let request = VoteRequest(
      candidacy: campaign.candidacy, lastLog: log.last, isTransfer: campaign.isTransfer)
    for peer in membership.members.keys where peer != id && membership.isVoter(peer) {
      send(message(request), to: peer)
    }
  }

  private mutating func tally(_ campaign: Campaign) {
    guard let membership else { return }
    switch (Quorum.tally(in: membership) { campaign.votes[$0] }, role) {
    case (.pending, _), (_, .follower), (_, .leader): break
    case (.won, .preCandidate): self.campaign(isTransfer: false)
    case (.won, .candidate(let winner)): lead(heard: winner.heard)
    case (.lost, .preCandidate) where isEarly || isStarting: break  // asks again at once
    case (.lost, .preCandidate), (.lost, .candidate):
      let deadline = isEarly || isStarting ? earlyPatience() : patience()
      role = .follower(Follower(leader: nil, deadline: deadline))
    }
  }
}
