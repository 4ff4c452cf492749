import BinaryCodec
import Determinism
import RaftCore
import RaftTypes

/// One node, with a test that plays its disk and its peers by hand.
struct Lone {
  var node: RaftNode
  var now = Instant(nanoseconds: 1_000_000_000)
  /// Effects of the last step.
  var effects = Effects()

  /// Node 1 of `voters`, with a log of the genesis entry and one command of each of `terms`.
  init(
    voters: Int = 3, log terms: [UInt64] = [], ballot: Ballot = .blank, settings: Settings = .lan,
    faulty: [UInt64] = []
  ) {
    var slots = [LogSlot.entry(Lone.genesis(voters))]
    for (place, term) in terms.enumerated() {
      let entry = Lone.entry(term, UInt64(place) + 2)
      slots.append(faulty.contains(entry.index.number) ? .faulty(entry.position) : .entry(entry))
    }
    let recovered = Recovered(
      ballot: ballot, incarnation: DiskIncarnation(100), snapshot: nil, base: .origin,
      slots: slots)
    node = RaftNode(id: n1, settings: settings, recovered: recovered, seed: 1, at: now)
    now = now + settings.electionLeast
  }

  static func genesis(_ voters: Int) -> Entry {
    let membership = Membership(voters: (1...voters).map { Cluster.member(UInt64($0)) })
    return Entry(
      position: LogPosition(term: .zero, index: LogIndex(1)), logTime: .zero,
      payload: .genesis(ClusterID(7, epoch: 1), membership))
  }

  static func entry(_ term: UInt64, _ index: UInt64) -> Entry {
    Entry(
      position: at(term, index), logTime: LogTime(milliseconds: index),
      payload: .command(Bytes("t\(term)i\(index)".utf8)))
  }

  static func entries(_ term: UInt64, _ indexes: ClosedRange<UInt64>) -> [Entry] {
    indexes.map { entry(term, $0) }
  }

  @discardableResult
  mutating func step(_ input: Input) throws -> Effects {
    let old = node
    effects = node.step(input, at: now)
    try node.checkInvariants()
    try node.checkTransition(from: old)
    return effects
  }

  @discardableResult
  mutating func receive(
    _ message: Message, from peer: NodeID = n2, term: UInt64
  ) throws -> Effects {
    try step(
      .received(Envelope(from: peer, to: n1, term: Term(term), message: message)))
  }

  @discardableResult
  mutating func append(
    _ entries: [Entry], after previous: LogPosition, commit: UInt64 = 0, from peer: NodeID = n2,
    term: UInt64
  ) throws -> Effects {
    try receive(
      .append(Append(previous: previous, entries: entries, commit: LogIndex(commit))), from: peer,
      term: term)
  }

  @discardableResult
  mutating func wait(_ span: TimeSpan) throws -> Effects {
    now = now + span
    return try step(.timePassed)
  }

  /// Waits for the node's own deadline.
  @discardableResult
  mutating func meetDeadline() throws -> Effects {
    now = max(now, node.nextDeadline)
    return try step(.timePassed)
  }

  /// The disk finishes everything that the given effects asked for.
  @discardableResult
  mutating func finish(_ asked: Effects) throws -> Effects {
    var all = Effects()
    if let ballot = asked.ballot { all.add(try step(.ballotDurable(ballot))) }
    for write in asked.logWrites { all.add(try step(.logDurable(write.completion))) }
    effects = all
    return all
  }

  /// Wins an election with everybody's votes; its first entry is not yet on disk.
  @discardableResult
  mutating func lead() throws -> Effects {
    try meetDeadline()
    let candidacy = node.term.next
    for peer in peers {
      guard case .preCandidate = node.role else { break }
      try receive(.preVoteReply(.yes(candidacy)), from: peer, term: node.term.number)
    }
    guard let ballot = effects.ballot ?? pendingBallot else { throw Violation("no candidate") }
    var won = try step(.ballotDurable(ballot))
    for peer in peers where !node.isLeader {
      try receive(.voteReply(.yes(candidacy)), from: peer, term: node.term.number)
      won = effects
    }
    guard node.isLeader else { throw Violation("no leader: \(node.role)") }
    return won
  }

  /// Leads, with the term's first entry durable here and at node 2, and therefore committed.
  mutating func leadInEarnest() throws {
    let won = try lead()
    try finish(won)
    try accept(node.log.last, from: n2)
  }

  mutating func accept(_ position: LogPosition, from peer: NodeID) throws {
    try receive(
      .appendReply(.accepted(durable: position)), from: peer, term: node.term.number)
  }

  @discardableResult
  mutating func propose(_ texts: String...) throws -> Effects {
    let proposals = texts.enumerated().map {
      Proposal(ticket: UInt64($0.offset) + 1, payload: .command(Bytes($0.element.utf8)))
    }
    return try step(.propose(proposals, LogTime(milliseconds: 5)))
  }

  private var peers: [NodeID] { (node.membership?.voters ?? []).filter { $0 != n1 } }
  private var pendingBallot: Ballot? {
    if case .candidate = node.role { node.ballot } else { nil }
  }
}

let n1 = NodeID(1)
let n2 = NodeID(2)
let n3 = NodeID(3)
let n4 = NodeID(4)
let n5 = NodeID(5)

/// The position of `term` and `index`.
func at(_ term: UInt64, _ index: UInt64) -> LogPosition {
  LogPosition(term: Term(term), index: LogIndex(index))
}

extension VoteReply {
  static func yes(_ candidacy: Term) -> VoteReply {
    VoteReply(candidacy: candidacy, granted: true, leaderSilence: .zero)
  }
  static func no(_ candidacy: Term) -> VoteReply {
    VoteReply(candidacy: candidacy, granted: false, leaderSilence: .zero)
  }
}

extension LogWrite {
  /// The answer of a disk that finished this write.
  var completion: LogCompletion {
    switch change {
    case .append(let entries), .fill(let entries):
      LogCompletion(sequence: sequence, position: entries.last?.position ?? .origin)
    case .reset(let snapshot):
      LogCompletion(sequence: sequence, position: snapshot.position)
    }
  }
}

extension Effects {
  mutating func add(_ other: Effects) {
    messages += other.messages
    self.afterBallot += other.afterBallot
    committed += other.committed
    logWrites += other.logWrites
    readsReady += other.readsReady
    self.refusedReads += other.refusedReads
  }

  /// Everything that leaves, whether it waits for the ballot or not.
  var everything: [Envelope] { messages + self.afterBallot }

  var appends: [Append] {
    everything.compactMap { if case .append(let append) = $0.message { append } else { nil } }
  }
  var appendReplies: [AppendReply] {
    everything.compactMap { if case .appendReply(let reply) = $0.message { reply } else { nil } }
  }
  var acknowledged: [LogPosition] {
    appendReplies.compactMap {
      if case .accepted(let position) = $0 { position } else { nil }
    }
  }
  var heartbeats: [Heartbeat] {
    everything.compactMap { if case .heartbeat(let beat) = $0.message { beat } else { nil } }
  }
  var heartbeatReplies: [HeartbeatReply] {
    everything.compactMap { if case .heartbeatReply(let reply) = $0.message { reply } else { nil } }
  }
  var voteRequests: [VoteRequest] {
    everything.compactMap { if case .voteRequest(let ask) = $0.message { ask } else { nil } }
  }
  var preVoteRequests: [VoteRequest] {
    everything.compactMap { if case .preVoteRequest(let ask) = $0.message { ask } else { nil } }
  }
  var voteReplies: [VoteReply] {
    everything.compactMap { if case .voteReply(let reply) = $0.message { reply } else { nil } }
  }
  var preVoteReplies: [VoteReply] {
    everything.compactMap { if case .preVoteReply(let reply) = $0.message { reply } else { nil } }
  }
  var readIndexReplies: [ReadIndexReply] {
    everything.compactMap { if case .readIndexReply(let reply) = $0.message { reply } else { nil } }
  }
  var repairRequests: [RepairRequest] {
    everything.compactMap { if case .repairRequest(let ask) = $0.message { ask } else { nil } }
  }
  var repairReplies: [RepairReply] {
    everything.compactMap { if case .repairReply(let reply) = $0.message { reply } else { nil } }
  }
  var timeoutNows: [TimeoutNow] {
    everything.compactMap { if case .timeoutNow(let order) = $0.message { order } else { nil } }
  }
}
