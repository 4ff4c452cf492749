public import BinaryCodec
public import Determinism
public import RaftTypes

/// One member of a Raft cluster, as a value: inputs go in with the time at which they happened,
/// effects come out, and nothing else happens.
///
/// The duties stand in extensions, a folder a chapter of the paper: Elections, Replication,
/// Commitment, Reads, Snapshots, Transfer. `checkInvariants()` says what always holds.
public struct RaftNode: Hashable, Sendable {
  public let id: NodeID
  public let settings: Settings
  let incarnation: DiskIncarnation

  /// The promise as it stands; on disk once `durableBallot` equals it.
  public internal(set) var ballot: Ballot
  var durableBallot: Ballot
  public internal(set) var role: Role
  public internal(set) var log: RaftLog
  public internal(set) var configurations: Configurations
  /// Everything up to here is chosen for ever (§5.3).
  public internal(set) var commit: LogIndex
  /// What `Effects.committed` or `Effects.install` already handed to the state machine.
  public internal(set) var handedOut: LogIndex
  /// The newest snapshot this node can send.
  public internal(set) var snapshot: SnapshotDescriptor?

  /// No vote is given before: a vote could fall into the lease of a leader it no longer remembers
  /// (§4.2.3).
  let votesFrom: Instant
  /// When this life began.
  let began: Instant
  /// Until then a leader may count on this node, whatever becomes of term and leader; what it
  /// promised in a former life is over at `votesFrom`.
  var loyalUntil: Instant
  /// When any leader was last heard; the start, when none is remembered.
  var leaderContact: Instant
  /// Until then a node that has heard no leader asks for one all the time; see `isStarting`.
  let startingUntil: Instant
  var now: Instant
  var dice: Dice
  var effects = Effects()
  /// Entry bytes that this leader appended in this turn.
  var grown = 0
  var logTime: LogTime
  var nextQuestion: UInt64
  var applied: LogIndex
  /// The own state's newest marks, oldest first.
  var marks: [StateMark] = []
  /// Whether the state machine can be trusted. Without that this node votes and keeps the log, and
  /// neither leads nor applies until it has another's snapshot.
  public internal(set) var stateIsSound: Bool
  /// Where this leader met peers on other disks than the configuration says.
  var disks: SortedMap<NodeID, DiskIncarnation> = SortedMap()
  /// What the state machine waits for while storage reads it.
  var replay = Recalled.none
  /// Members for whose repair storage reads entries.
  var repairing: [NodeID] = []
  /// Entries whose records rotted at rest and whose bodies are not in memory, and when others were
  /// asked for them.
  var rotted: SortedMap<LogIndex, Term> = SortedMap()
  var rottedAskedAt: Instant?
  /// Who swore never to have held a rotten slot's entry.
  var denials: SortedMap<LogIndex, [NodeID]> = SortedMap()

  /// When the newest round that a quorum acknowledged was *sent*: what a lease counts from
  /// (§6.4.1, pitfall 19). Nil unless this node leads, has committed in its term, and is not
  /// handing over.
  public internal(set) var leaseFrom: Instant?

  /// The record with which this node begins its term; opaque (§8).
  public var claim: Bytes = []
  /// Whether this node would be a good leader; who is not leads only where nobody is.
  public var isFit = true
  /// The record with which it hands over; opaque. Nil: there is nothing to say.
  public var farewell: Bytes?

  /// - Parameters:
  ///   - seed: for timeouts; another one for every start of every node.
  ///   - began: when this life began, if that was before `now`: this node has made no promise
  ///     between the two, and its former lives had ended. What it must wait for counts from there.
  public init(
    id: NodeID, settings: Settings, recovered: Recovered, seed: UInt64, at now: Instant,
    since began: Instant? = nil
  ) {
    self.id = id
    self.settings = settings
    incarnation = recovered.incarnation
    ballot = recovered.ballotInForce
    durableBallot = recovered.ballot
    stateIsSound = recovered.stateIsSound
    log = RaftLog(base: recovered.base, slots: recovered.slots)
    snapshot = recovered.stateIsSound ? recovered.snapshot : nil
    configurations = Configurations(recovered)
    // What was compacted was committed, though perhaps no snapshot tells it any more.
    commit = max(recovered.snapshot?.position.index ?? .zero, recovered.base.index)
    // A snapshot that is lost stands for nothing behind the log's end.
    if !recovered.stateIsSound { commit = min(commit, log.last.index) }
    handedOut = commit
    applied = commit
    logTime = recovered.logTime
    dice = Dice(seed: seed)
    // No question of an earlier life may be taken for one of this (pitfall 17).
    nextQuestion = dice.next() >> 1
    self.now = now
    self.began = min(began ?? now, now)
    loyalUntil = self.began
    leaderContact = self.began
    votesFrom = self.began + settings.electionLeast
    startingUntil = now + settings.electionLeast
    let patience = dice.span(from: settings.electionLeast, to: settings.electionMost)
    role = .follower(Follower(leader: nil, deadline: max(now, self.began + patience)))
    reconcile()
  }

  /// Lets everything of one turn happen, in order, and says what to do about all of it at once: one
  /// append a peer, one log write, one heartbeat round for all reads.
  ///
  /// - Precondition: `now` never falls.
  public mutating func step(_ inputs: [Input], at now: Instant) -> Effects {
    precondition(now >= self.now, "RaftNode: time fell from \(self.now) to \(now)")
    self.now = now
    for input in inputs { take(input) }
    conclude()
    var done = Effects()
    swap(&done, &effects)
    return done
  }

  /// The same for one input.
  public mutating func step(_ input: Input, at now: Instant) -> Effects {
    step([input], at: now)
  }

  private mutating func take(_ input: Input) {
    switch input {
    case .received(let envelope): receive(envelope)
    case .propose(let proposals, let time): propose(proposals, time)
    case .read(let tickets): read(tickets)
    case .readByLease(let tickets): readByLease(tickets)
    case .timePassed: break
    case .logDurable(let completion): logBecameDurable(completion)
    case .ballotDurable(let ballot): ballotBecameDurable(ballot)
    case .snapshotTaken(let snapshot): snapshotWasTaken(snapshot)
    case .chunkStored(let position, let received): chunkWasStored(position, received)
    case .snapshotReceived(let snapshot): install(snapshot)
    case .recalled(let recall, let entries): take(entries, of: recall)
    case .rotted(let positions): noteRot(of: positions)
    case .transfer(let target): beginTransfer(to: target)
    case .peerReset(let peer): role.leadership?.progress.update(peer) { $0.probeAgain() }
    case .connectionLost(let peer): loseConnection(to: peer)
    case .changeMembership(let change, let ticket): self.change(change, ticket)
    case .peerDisk(let peer, let disk): meet(peer, on: disk)
    case .applied(let index, let mark): wasApplied(index, mark)
    }
  }

  // What one turn leads to, whatever its inputs were.
  private mutating func conclude() {
    stepDownWhenRemoved()
    passDeadlines()
    advanceMembership()
    advanceTransfer()
    startReadRound()
    replicate()
    handOutCommitted()
    replaceRotted()
    letBodiesGo()
    log.letGo()
  }
}

extension RaftNode {
  public var term: Term { ballot.term }

  /// The configuration in force; nil on an empty disk.
  public var membership: Membership? { configurations.effective }

  /// The leader of this term, as far as this node knows.
  public var leader: NodeID? {
    switch role {
    case .follower(let follower): follower.leader
    case .preCandidate, .candidate: nil
    case .leader: id
    }
  }

  public var isLeader: Bool { if case .leader = role { true } else { false } }

  /// Whether this disk may vote: it is the one the cluster trusts under this id. A learner may: it
  /// could have been promoted without knowing (pitfall 25). Who is named nowhere may not: its disk
  /// may be a new one under an old name, or one that lost its promises, which is a new one too
  /// (pitfalls 3, 68).
  var mayVote: Bool { configurations.newestNaming(id)?.incarnation == incarnation }

  /// Whether this node may stand for election: it decides, its log has no unfilled slot, and its
  /// state can be trusted.
  var mayCampaign: Bool { mayVote && decides && log.faulty.isEmpty && stateIsSound }

  /// Whether this node is a voter, or was one before a configuration that may not be committed: its
  /// log may be the only one that has it, and then nobody gets its vote (dissertation §4.2.2,
  /// pitfall 26). It does not count itself.
  private var decides: Bool {
    guard let membership, let index = configurations.effectiveIndex else { return false }
    return membership.isVoter(id)
      || (index > commit && configurations.previous?.isVoter(id) == true)
  }

  /// A moment to campaign, unless a leader is heard first (§5.2).
  mutating func patience() -> Instant {
    now + dice.span(from: settings.electionLeast, to: settings.electionMost)
  }

  /// Queues a message; it waits for the ballot when the disk does not yet know this term and vote.
  mutating func send(_ message: Message, to peer: NodeID) {
    let envelope = Envelope(from: id, to: peer, term: term, message: message)
    if durableBallot == ballot {
      effects.messages.append(envelope)
    } else {
      effects.afterBallot.append(envelope)
    }
  }

  /// Makes a promise: it must be durable before anything that follows from it leaves (§5.2).
  mutating func promise(_ term: Term, vote: NodeID?) {
    precondition(
      term > ballot.term || (term == ballot.term && ballot.vote == nil),
      "RaftNode: \(ballot) cannot become a vote for \(String(describing: vote)) in \(term)")
    ballot = Ballot(term: term, vote: vote)
    effects.ballot = ballot
  }
}
