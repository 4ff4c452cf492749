import RaftCore
import RaftTypes

/// One line an event, to read a failing run.
enum Story {
  static func line(_ input: Input) -> String {
    switch input {
    case .received(let envelope): "<- \(envelope.from) \(envelope.term) \(line(envelope.message))"
    case .propose(let proposals, _): "propose \(proposals.count)"
    case .read(let tickets): "read \(tickets)"
    case .readByLease(let tickets): "read \(tickets) by lease"
    case .timePassed: "time"
    case .logDurable(let completion): "durable \(completion.sequence) \(completion.position)"
    case .ballotDurable(let ballot): "ballot \(ballot.term) \(ballot.vote?.description ?? "-")"
    case .snapshotTaken(let snapshot): "took \(snapshot.position)"
    case .chunkStored(let position, let received): "stored \(position) \(received)"
    case .snapshotReceived(let snapshot): "received \(snapshot.position)"
    case .recalled(let recall, let entries):
      "read \(entries.count) of \(recall.positions.count) back for \(recall.purpose)"
    case .rotted(let positions): "\(positions.count) rotted"
    case .transfer(let target): "transfer \(target?.description ?? "any")"
    case .peerReset(let peer): "reset \(peer)"
    case .connectionLost(let peer): "lost the connection of \(peer)"
    case .changeMembership(let change, _): "change \(change)"
    case .peerDisk(let peer, let disk): "meets \(peer) on \(disk)"
    case .applied(let index, _): "applied \(index)"
    }
  }

  static func line(_ message: Message) -> String {
    switch message {
    case .append(let append):
      "append \(append.previous)+\(append.entries.count) commit \(append.commit)"
    case .snapshotChunk(let chunk): "chunk \(chunk.snapshot.position) \(chunk.offset)"
    case .preVoteRequest, .preVoteReply, .voteRequest, .voteReply, .appendReply, .heartbeat,
      .heartbeatReply, .snapshotReply, .timeoutNow, .readIndexRequest, .readIndexReply,
      .repairRequest, .repairReply:
      "\(message)"
    }
  }

  static func line(_ effects: Effects, _ core: RaftNode) -> String {
    let role =
      switch core.role {
      case .follower(let follower): "follower of \(follower.leader?.description ?? "-")"
      case .preCandidate: "pre-candidate"
      case .candidate: "candidate"
      case .leader: "leader"
      }
    let sends = (effects.messages + effects.afterBallot).map { "\($0.to)" }
    return "\(role) \(core.term) log \(core.log.base)...\(core.log.last)"
      + " durable \(core.log.durable) commit \(core.commit)"
      + " writes \(effects.logWrites.count) to \(sends)"
  }
}
