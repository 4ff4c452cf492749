import Determinism
import RaftCore
import RaftTypes

// One step of one node: its effects are honoured in their order, and everything is checked.
extension Cluster {
  mutating func step(_ id: NodeID, _ input: Input) throws { try step(id, [input]) }

  /// Several inputs of one turn.
  mutating func step(_ id: NodeID, _ inputs: [Input]) throws {
    guard let old = servers[id]?.core else { throw Violation("\(id) is down") }
    var core = old
    servers[id]?.core = nil
    let effects = core.step(inputs, at: now)
    servers[id]?.core = core
    tell("\(id) \(inputs.map(Story.line)) -> \(Story.line(effects, core))")
    do {
      try core.checkInvariants()
      try core.checkTransition(from: old)
    } catch {
      throw Violation("\(error) after \(inputs.map(Story.line))")
    }
    if core.isLeader, !old.isLeader || core.term > old.term { try oracle.elected(core) }
    if old.isLeader, !core.isLeader, !effects.relinquish {
      throw Violation("\(id) stopped leading \(old.term) and relinquished nothing")
    }
    try store(effects, of: id)
    try send(effects, of: id, core)
    try apply(effects, at: id, core, wasSound: old.stateIsSound)
    try ledger.record(effects, of: id)
    try handle(effects, ofSnapshotsAt: id, core)
  }

  private mutating func store(_ effects: Effects, of id: NodeID) throws {
    guard let life = servers[id]?.life else { return }
    if let ballot = effects.ballot {
      servers[id]?.disk.submit(ballot)
      servers[id]?.issued = ballot
      schedule(.ballotDone(id, life: life), after: diskDelay)
    }
    for write in effects.logWrites {
      guard let server = servers[id], write.sequence == server.lastSequence + 1 else {
        throw Violation("\(id): write \(write.sequence) behind \(servers[id]?.lastSequence ?? 0)")
      }
      servers[id]?.lastSequence = write.sequence
      servers[id]?.disk.submit(.write(write))
      schedule(.logDone(id, life: life), after: diskDelay)
    }
    if !effects.restored.isEmpty { servers[id]?.disk.restore(effects.restored) }
    if let index = effects.compactThrough {
      servers[id]?.disk.submit(.compact(through: index))
      schedule(.logDone(id, life: life), after: diskDelay)
    }
  }

  private mutating func send(_ effects: Effects, of id: NodeID, _ core: RaftNode) throws {
    for write in effects.logWrites {
      if case .append(let entries) = write.change, let first = entries.first {
        let previous = LogIndex(first.index.number - 1)
        if let term = core.log.term(at: previous), core.log.holds(first.position) {
          try oracle.saw(entries, behind: LogPosition(term: term, index: previous))
        }
      }
    }
    for envelope in effects.messages { try post(envelope) }
    for envelope in effects.afterBallot {
      guard let ballot = servers[id]?.issued else {
        throw Violation("\(id) waits for a ballot that nobody writes")
      }
      servers[id]?.held.append((ballot, envelope))
    }
    try releaseHeld(of: id)
  }

  /// A message leaves its node: it may claim nothing that the disk does not know.
  mutating func post(_ envelope: Envelope) throws {
    guard let server = servers[envelope.from] else { return }
    let ballot = server.disk.ballot
    guard envelope.term <= ballot.term else {
      throw Violation(
        "\(envelope.from) speaks in \(envelope.term), its disk knows \(ballot.term)")
    }
    try checkVote(envelope, server.disk)
    if case .appendReply(.accepted(let durable)) = envelope.message,
      !server.disk.holdsAll(through: durable)
    {
      throw Violation("\(envelope.from) acknowledges \(durable), which its disk lacks")
    }
    switch network.fate(envelope) {
    case .lose: return
    case .keep: kept.append(envelope)
    case .arrive:
      for span in network.arrivals(of: envelope, &dice) {
        schedule(.arrival(envelope), after: span)
      }
    }
  }

  private mutating func checkVote(_ envelope: Envelope, _ disk: Disk) throws {
    let ballot = disk.ballot
    switch envelope.message {
    case .voteReply(let reply) where reply.granted:
      guard ballot.term > envelope.term || ballot.vote == envelope.to else {
        throw Violation("\(envelope.from) sends a vote for \(envelope.to); its disk has \(ballot)")
      }
      try oracle.voted(disk.incarnation, for: envelope.to, in: envelope.term)
    case .voteRequest(let request):
      guard ballot.term > request.candidacy || ballot.vote == envelope.from else {
        throw Violation("\(envelope.from) campaigns before its vote is on disk")
      }
      try oracle.voted(disk.incarnation, for: envelope.from, in: request.candidacy)
    case .preVoteRequest, .preVoteReply, .voteReply, .append, .appendReply, .heartbeat,
      .heartbeatReply, .snapshotChunk, .snapshotReply, .timeoutNow, .readIndexRequest,
      .readIndexReply, .repairRequest, .repairReply:
      break
    }
  }

  func reaches(_ held: Ballot, by disk: Ballot?) -> Bool {
    guard let disk else { return false }
    return disk.term > held.term || (disk.term == held.term && (held.vote == nil || disk == held))
  }

  mutating func releaseHeld(of id: NodeID) throws {
    while let first = servers[id]?.held.first, reaches(first.ballot, by: servers[id]?.disk.ballot) {
      servers[id]?.held.removeFirst()
      try post(first.envelope)
    }
  }

  // MARK: The disk answers

  mutating func finishWrite(of id: NodeID) throws {
    guard let completion = try servers[id]?.disk.finishNext() else { return }
    try step(id, .logDurable(completion))
  }

  mutating func finishBallot(of id: NodeID) throws {
    guard let ballot = servers[id]?.disk.finishBallot() else { return }
    try step(id, .ballotDurable(ballot))
    try releaseHeld(of: id)
  }

  /// Lets a disk that hung go on.
  mutating func resume(_ id: NodeID) throws {
    servers[id]?.disk.hangs = false
    while servers[id]?.disk.ballots.isEmpty == false { try finishBallot(of: id) }
    while servers[id]?.disk.queue.isEmpty == false { try finishWrite(of: id) }
  }
}
