internal import Determinism
internal import RaftTypes

// The one place where the term rules of §5.1 are applied; behind it every message is of the current
// term.
extension RaftNode {
  mutating func receive(_ envelope: Envelope) {
    guard envelope.to == id, envelope.from != id else { return }
    askWhoAsks(envelope)
    switch envelope.message {
    case .preVoteRequest(let request):
      // A rehearsal moves nobody's term (§9.6).
      answerPreVote(request, from: envelope.from)
      return
    case .preVoteReply(let reply) where envelope.term < term:
      // A voter that fell behind may still say yes: it takes this node's term with the vote itself.
      countPreVote(reply, from: envelope.from)
      return
    case .voteRequest(let request) where envelope.term > term && isDeaf(to: request):
      // Not even the term is taken: a removed or lost server must not disturb a working leader
      // (§4.2.3).
      return
    case .repairRequest(let request):
      // A copy of an entry is right in every term.
      answer(request, from: envelope.from, in: envelope.term)
      return
    case .repairReply(let reply):
      handle(reply, from: envelope.from, in: envelope.term)
      return
    case .voteRequest, .preVoteReply, .voteReply, .append, .appendReply, .heartbeat,
      .heartbeatReply, .snapshotChunk, .snapshotReply, .timeoutNow, .readIndexRequest,
      .readIndexReply:
      break
    }
    if envelope.term > term { follow(nil, in: envelope.term) }
    if envelope.term < term {
      answerStale(envelope)
    } else {
      handle(envelope.message, from: envelope.from)
    }
  }

  /// Who has lost the very entries that say who belongs to the cluster knows nobody to ask for
  /// them. Whoever asks for something does know, and may have them.
  private mutating func askWhoAsks(_ envelope: Envelope) {
    guard membership == nil, !log.faulty.isEmpty else { return }
    switch envelope.message {
    case .preVoteRequest, .voteRequest, .repairRequest: requestRepair(from: envelope.from)
    case .preVoteReply, .voteReply, .append, .appendReply, .heartbeat, .heartbeatReply,
      .snapshotChunk, .snapshotReply, .timeoutNow, .readIndexRequest, .readIndexReply,
      .repairReply:
      break
    }
  }

  private mutating func handle(_ message: Message, from sender: NodeID) {
    switch message {
    case .preVoteRequest, .repairRequest, .repairReply: break
    case .preVoteReply(let reply): countPreVote(reply, from: sender)
    case .voteRequest(let request): answerVote(request, from: sender)
    case .voteReply(let reply): countVote(reply, from: sender)
    case .append(let append):
      hear(sender)
      accept(append, from: sender)
    case .appendReply(let reply): handle(reply, from: sender)
    case .heartbeat(let heartbeat):
      hear(sender)
      answer(heartbeat, from: sender)
    case .heartbeatReply(let reply): handle(reply, from: sender)
    case .snapshotChunk(let chunk):
      hear(sender)
      accept(chunk, from: sender)
    case .snapshotReply(let reply): handle(reply, from: sender)
    case .timeoutNow(let order): obey(order, from: sender)
    case .readIndexRequest(let request): answer(request, from: sender)
    case .readIndexReply(let reply): handle(reply)
    }
  }

  /// Tells a sender of an older term that its term is over, so that a leader which the others have
  /// left steps down, and a node that fell behind catches up (pitfall 41).
  private mutating func answerStale(_ envelope: Envelope) {
    switch envelope.message {
    case .append(let append):
      send(
        .appendReply(.rejected(previous: append.previous, hint: log.base)), to: envelope.from)
    case .heartbeat:
      // Not the round it names: the sender may lead this term by now, and count rounds anew
      // (pitfall 17).
      send(
        .heartbeatReply(HeartbeatReply(round: 0, mark: nil, applied: .zero)), to: envelope.from)
    case .snapshotChunk(let chunk):
      send(
        .snapshotReply(SnapshotReply(position: chunk.snapshot.position, received: 0)),
        to: envelope.from)
    case .voteRequest(let request):
      send(.voteReply(reply(to: request, granted: false)), to: envelope.from)
    case .readIndexRequest(let request):
      send(.readIndexReply(ReadIndexReply(ticket: request.ticket, index: nil)), to: envelope.from)
    case .preVoteRequest, .preVoteReply, .voteReply, .appendReply, .heartbeatReply,
      .snapshotReply, .timeoutNow, .readIndexReply, .repairRequest, .repairReply:
      break
    }
  }

  /// A message that only a leader of this term sends has come from `sender`.
  private mutating func hear(_ sender: NodeID) {
    switch role {
    case .leader: preconditionFailure("RaftNode \(id): \(sender) also leads \(term)")
    case .preCandidate, .candidate: follow(sender, in: term)
    case .follower(let follower):
      precondition(
        follower.leader == nil || follower.leader == sender,
        "RaftNode \(id): both \(follower.leader ?? sender) and \(sender) lead \(term)")
      if follower.leader == nil { follow(sender, in: term) }
    }
    leaderContact = now
    let deadline = patience()
    role.follower?.deadline = deadline
    role.follower?.isForsaken = false
  }

  /// Becomes, or stays, a follower. What a leader had promised its clients is answered first.
  mutating func follow(_ leader: NodeID?, in newTerm: Term) {
    if case .leader = role { resign() }
    refuseAskedReads()
    if newTerm > term { promise(newTerm, vote: nil) }
    role = .follower(Follower(leader: leader, deadline: patience()))
  }
}
