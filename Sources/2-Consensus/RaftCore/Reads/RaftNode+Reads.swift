internal import Determinism
internal import RaftTypes

// Linearizable reads without writing (§6.4): a number proves that the leader still led after the
// read came.
extension RaftNode {
  mutating func read(_ tickets: [Ticket]) {
    switch role {
    case .leader:
      // All at once: to change a leadership moves it out of its role and back.
      let limit = settings.limits.pendingReads
      let taken = role.leadership?.reads.add(tickets, limit: limit) ?? 0
      for ticket in tickets[taken...] { refuse(.local(ticket), .overloaded) }
    case .follower(let follower):
      guard let leader = follower.leader, isMember(leader) else {
        for ticket in tickets { refuse(.local(ticket), .notLeader) }
        return
      }
      let question = nextQuestion
      nextQuestion += 1
      role.follower?.asked[question] = AskedReads(tickets: tickets, since: now)
      send(.readIndexRequest(ReadIndexRequest(ticket: question)), to: leader)
    case .preCandidate, .candidate:
      for ticket in tickets { refuse(.local(ticket), .notLeader) }
    }
  }

  mutating func answer(_ request: ReadIndexRequest, from peer: NodeID) {
    guard isLeader else {
      send(.readIndexReply(ReadIndexReply(ticket: request.ticket, index: nil)), to: peer)
      return
    }
    queue(.peer(peer, ticket: request.ticket))
  }

  mutating func handle(_ reply: ReadIndexReply) {
    guard let asked = role.follower?.asked.remove(reply.ticket) else { return }
    for ticket in asked.tickets {
      if let index = reply.index {
        effects.readsReady.append(ReadReady(ticket: ticket, index: index))
      } else {
        refuse(.local(ticket), .notLeader)
      }
    }
  }

  private mutating func queue(_ origin: ReadQueue.Origin) {
    let limit = settings.limits.pendingReads
    let isQueued = role.leadership?.reads.add(origin, limit: limit) ?? false
    if !isQueued { refuse(origin, .overloaded) }
  }

  /// Starts a round for the reads of this turn, unless an earlier one is still on its way: then
  /// they share the next, so that the number of rounds follows the round trip and not the load.
  mutating func startReadRound() {
    guard case .leader(let leadership) = role, !leadership.reads.waiting.isEmpty,
      leadership.reads.batches.isEmpty, commit >= leadership.termStart
    else { return }
    beginRound()
  }

  /// Asks every member for a sign that it still follows; reads that wait become part of it. Before
  /// the term's first commit none does: until then this leader may not know what is committed (§8,
  /// pitfall 16).
  mutating func beginRound() {
    guard case .leader = role else { return }
    let (now, commit) = (now, commit)
    guard let round = role.leadership?.rounds.begin(at: now) else { return }
    if let start = role.leadership?.termStart, commit >= start {
      role.leadership?.reads.assign(to: round, index: commit)
    }
    guard let progress = role.leadership?.progress else { return }
    let agreed = role.leadership?.agreed
    for (peer, state) in progress {
      let heartbeat = Heartbeat(
        round: round, commit: min(commit, state.match), agreed: agreed)
      send(.heartbeat(heartbeat), to: peer)
    }
    confirmRounds()
  }

  /// A follower's answer: it still follows, and the commit index may move as far as its log was
  /// verified.
  mutating func answer(_ heartbeat: Heartbeat, from leader: NodeID) {
    advanceCommit(to: min(heartbeat.commit, verified))
    if let agreed = heartbeat.agreed { compare(with: agreed) }
    let reply = HeartbeatReply(
      round: heartbeat.round, mark: marks.last, applied: applied, needsState: !stateIsSound,
      isFit: isFit, loyalty: swearLoyalty())
    send(.heartbeatReply(reply), to: leader)
  }

  mutating func handle(_ reply: HeartbeatReply, from peer: NodeID) {
    guard let newest = role.leadership?.rounds.newest, reply.round <= newest else { return }
    let sentAt = role.leadership?.rounds.sentAt(reply.round)
    // Not the progress itself: the change below would copy it.
    let before = role.leadership?.progress[peer].map { (needsState: $0.needsState, mark: $0.mark) }
    let electionLeast = settings.electionLeast
    role.leadership?.progress.update(peer) { progress in
      if let sentAt {
        progress.contact = max(progress.contact ?? sentAt, sentAt)
        progress.swore(min(reply.loyalty, electionLeast), to: sentAt)
      }
      guard reply.round >= progress.round else { return }
      // The newest answer counts: a follower that restarted has applied less than it had.
      progress.round = reply.round
      progress.applied = reply.applied
      progress.isFit = reply.isFit
      progress.mark = reply.mark ?? progress.mark
      progress.needsState(reply.needsState)
    }
    if reply.needsState {
      let isNews = before?.needsState == false
      if isNews || snapshot == nil { effects.stateWanted = true }
    }
    if let mark = reply.mark, mark != before?.mark {
      compareMarks(at: mark.index)
    }
    confirmRounds()
  }

  /// Reads whose round a quorum has answered are ready.
  private mutating func confirmRounds() {
    guard let round = newlyAnsweredRound() else { return }
    role.leadership?.rounds.confirm(round)
    renewLease()
    for batch in role.leadership?.reads.confirmed(round) ?? [] {
      for origin in batch.reads { ready(origin, batch.index) }
    }
    startReadRound()
  }

  private func newlyAnsweredRound() -> UInt64? {
    guard case .leader(let leadership) = role, let membership else { return nil }
    let newest = leadership.rounds.newest
    let round = Quorum.reached(in: membership) { voter in
      voter == id ? newest : leadership.progress[voter]?.round ?? 0
    }
    return round > leadership.rounds.confirmed ? round : nil
  }

  /// A quorum's word counts once the term has committed something; not any more when the term is
  /// being handed over.
  mutating func renewLease() {
    guard case .leader(let leadership) = role, leadership.rounds.confirmed > 0,
      commit >= leadership.termStart
    else { return }
    switch leadership.transfer {
    case .none, .catchingUp: leaseFrom = leadership.rounds.confirmedSentAt
    case .parting, .handedOver: leaseFrom = nil
    }
  }

  private mutating func ready(_ origin: ReadQueue.Origin, _ index: LogIndex) {
    switch origin {
    case .local(let ticket):
      effects.readsReady.append(ReadReady(ticket: ticket, index: index))
    case .peer(let peer, let ticket):
      send(.readIndexReply(ReadIndexReply(ticket: ticket, index: index)), to: peer)
    }
  }

  /// A read is never dropped in silence (pitfall 18).
  mutating func refuse(_ origin: ReadQueue.Origin, _ reason: Refusal) {
    switch origin {
    case .local(let ticket):
      effects.refusedReads.append(Refused(ticket: ticket, reason: reason))
    case .peer(let peer, let ticket):
      send(.readIndexReply(ReadIndexReply(ticket: ticket, index: nil)), to: peer)
    }
  }

  /// The leader that was asked is no longer ours to wait for.
  mutating func refuseAskedReads() {
    guard let asked = role.follower?.asked, !asked.isEmpty else { return }
    role.follower?.asked = SortedMap()
    for question in asked.values {
      for ticket in question.tickets { refuse(.local(ticket), .notLeader) }
    }
  }

  /// Questions whose answer did not come within an election timeout were lost.
  mutating func giveUpOldQuestions(_ follower: Follower) {
    guard !follower.asked.isEmpty else { return }
    let (now, patience) = (now, settings.electionLeast)
    let lost = role.follower?.asked.removeAll { now >= $1.since + patience } ?? []
    for (_, question) in lost {
      for ticket in question.tickets { refuse(.local(ticket), .notLeader) }
    }
  }
}
