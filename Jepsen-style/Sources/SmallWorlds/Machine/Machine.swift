internal import Determinism
internal import RaftCore
internal import RaftTypes

/// One node: the core of production, its disk, and what waits for that disk.
///
/// A value, and all that the node's future depends on: two machines that are equal will do the same
/// about the same stimulus.
struct Machine: Hashable, Sendable {
  /// What leaves a machine at once, and what it applied.
  struct Output: Hashable, Sendable {
    var sent: [Envelope] = []
    var committed: [Entry] = []
  }

  private struct Held: Hashable, Sendable {
    let ballot: Ballot
    let envelope: Envelope
  }

  private(set) var core: RaftNode
  private(set) var disk: SmallDisk
  /// What the node's clock shows. Nodes share none: no promise of the core leans on that.
  private(set) var clock: Instant
  private var held: [Held] = []
  private var life: UInt64 = 1
  /// Every vote that ever left this node, over all its lives.
  private var votes: SortedMap<Term, NodeID> = SortedMap()
  private let plant: Plant?

  init(
    _ id: NodeID, genesis: Entry, settings: Settings, at clock: Instant, seed: UInt64 = 0,
    plant: Plant? = nil
  ) {
    disk = SmallDisk(Founding.incarnation(of: id), genesis: genesis)
    core = RaftNode(
      id: id, settings: settings, recovered: disk.recovered, seed: seed &+ id.number, at: clock)
    self.clock = clock
    self.plant = plant
  }

  var id: NodeID { core.id }

  mutating func setClock(_ now: Instant) { clock = max(clock, now) }

  /// Lets `input` happen now.
  mutating func step(_ input: Input) throws(BrokenPromise) -> Output {
    let old = core
    let effects = core.step(heard(input), at: clock)
    if plant == nil { try check(old, effects) }
    if let ballot = effects.ballot { disk.submit(ballot) }
    for write in effects.logWrites { disk.submit(write) }
    held += effects.afterBallot.map { Held(ballot: core.ballot, envelope: $0) }
    var output = Output(sent: effects.messages, committed: effects.committed)
    try release(into: &output)
    for envelope in effects.messages { try vouch(for: envelope) }
    if plant == .acknowledgeBeforeSync {
      for write in effects.logWrites {
        guard let last = SmallDisk.entries(of: write).last else { continue }
        let told = LogCompletion(sequence: write.sequence, position: last.position)
        let more = try step(.logDurable(told))
        output.sent += more.sent
        output.committed += more.committed
      }
    }
    return output
  }

  /// The oldest ballot under way is on the platter.
  mutating func saveBallot() throws(BrokenPromise) -> Output {
    guard let ballot = disk.finishBallot() else { return Output() }
    var output = try step(.ballotDurable(ballot))
    try release(into: &output)
    return output
  }

  /// The oldest log write under way is on the platter.
  mutating func saveLog() throws(BrokenPromise) -> Output {
    guard let completion = disk.finishWrite() else { return Output() }
    return try step(.logDurable(completion))
  }

  /// Dies, and lives again with what its disk kept.
  mutating func restart(seed: UInt64 = 0) {
    disk.crash()
    switch plant {
    case .lostBallot: disk.forgetBallot()
    case .emptyDisk: disk.forgetEverything()
    case .voteBeforeBallot, .acknowledgeBeforeSync, .blindVote, nil: break
    }
    life += 1
    held = []
    core = RaftNode(
      id: id, settings: core.settings, recovered: disk.recovered,
      seed: seed &+ id.number &+ life << 8, at: clock)
  }

  private func heard(_ input: Input) -> Input {
    guard plant == .blindVote, case .received(let envelope) = input else { return input }
    func blind(_ request: VoteRequest) -> VoteRequest {
      VoteRequest(
        candidacy: request.candidacy, lastLog: max(request.lastLog, core.log.last),
        isTransfer: request.isTransfer)
    }
    let message: Message
    if case .preVoteRequest(let request) = envelope.message {
      message = .preVoteRequest(blind(request))
    } else if case .voteRequest(let request) = envelope.message {
      message = .voteRequest(blind(request))
    } else {
      return input
    }
    return .received(
      Envelope(from: envelope.from, to: envelope.to, term: envelope.term, message: message))
  }

  private mutating func release(into output: inout Output) throws(BrokenPromise) {
    while let first = held.first, plant == .voteBeforeBallot || covers(first.ballot) {
      held.removeFirst()
      try vouch(for: first.envelope)
      output.sent.append(first.envelope)
    }
  }

  private func covers(_ wanted: Ballot) -> Bool {
    let saved = disk.ballot
    return saved.term > wanted.term
      || (saved.term == wanted.term && (wanted.vote == nil || wanted.vote == saved.vote))
  }

  // MARK: What one node owes; a planted bug is exempt, so that its consequences must be found.

  private func check(_ old: RaftNode, _ effects: Effects) throws(BrokenPromise) {
    do throws(BrokenInvariant) {
      try core.checkInvariants()
      try core.checkTransition(from: old)
    } catch {
      throw BrokenPromise("\(error)")
    }
    var applied = old.handedOut
    for entry in effects.committed {
      guard entry.index == applied.next, core.log.holds(entry.position) else {
        throw BrokenPromise("\(id) applies \(entry.position) behind \(applied)")
      }
      applied = entry.index
    }
  }

  /// A message leaves: it may claim nothing that the disk does not know.
  private mutating func vouch(for envelope: Envelope) throws(BrokenPromise) {
    guard plant == nil else { return }
    guard envelope.term <= disk.ballot.term else {
      throw BrokenPromise("\(id) speaks in \(envelope.term), its disk knows \(disk.ballot)")
    }
    if case .voteReply(let reply) = envelope.message, reply.granted {
      try vouch(vote: envelope.to, in: envelope.term)
    }
    if case .voteRequest(let request) = envelope.message {
      try vouch(vote: id, in: request.candidacy)
    }
    if case .appendReply(.accepted(let durable)) = envelope.message, !disk.holds(durable) {
      throw BrokenPromise("\(id) acknowledges \(durable), which its disk lacks")
    }
  }

  private mutating func vouch(vote: NodeID, in term: Term) throws(BrokenPromise) {
    guard disk.ballot.term > term || disk.ballot == Ballot(term: term, vote: vote) else {
      throw BrokenPromise("\(id) votes for \(vote) in \(term), its disk has \(disk.ballot)")
    }
    if let earlier = votes[term], earlier != vote {
      throw BrokenPromise("\(id) votes for \(earlier) and for \(vote) in \(term)")
    }
    votes[term] = vote
  }
}
