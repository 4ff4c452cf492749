internal import BinaryCodec
internal import ClientProtocol
package import Determinism
package import KeyValueStore
internal import PeerProtocol
package import RaftCore
package import RaftTypes
internal import VirtualIP

/// One whole node, synchronous: consensus, state machine, its clients' calls, and what it does
/// about the address. Inputs of a turn go in together; what must be done comes out.
///
/// It reads no clock, opens no file and no socket; threads and ports stand one floor above, and a
/// simulator can take their place. Owned by the replica loop; nothing else touches it.
package struct Replica: Sendable {
  package let settings: ReplicaSettings
  package internal(set) var core: RaftNode
  package internal(set) var store: Store
  var ownership: AddressOwnership
  var hold: AddressHold
  /// This node's own connections through the address.
  var sharing: FlowSharing
  /// Those of the holder, when that is another.
  var inherited = FlowTable()
  var tickling = Tickling()
  var fitness: Fitness

  // Clients.
  var calls = CallTable()
  /// Added to every ticket that travels to another node. Tickets begin anew with every life, and
  /// the answer to a call of an earlier one may still be on its way (pitfall 60).
  let lifeMark: UInt64
  var writes = PendingWrites()
  /// Calls that wait for a leader, and when to look again.
  var queued: [Ticket] = []
  var lookAgain = Instant.distantFuture
  /// Reads that wait until an index is applied.
  var ready: [ReadReady] = []
  /// Reads of many items that are carried out elsewhere.
  var scans = 0
  var gatherings = SortedMap<Ticket, Gathering>()

  // Storage.
  /// Frames that may leave only once the ballots in flight are durable.
  var held: [Outbound] = []
  var ballotsInFlight = 0
  var diskIsFull = false
  var diskBytes: UInt64 = 0

  // Snapshots.
  var marking = Marking()
  /// Received states, until this turn's step of consensus installs one.
  var loaded: [(SnapshotDescriptor, Store)] = []
  var cluster: ClusterID?
  /// The damaged snapshot file that is being mended.
  var repair: SnapshotRepair?

  var stopping: Instant?
  var reported: ReplicaEvent?
  var connectedTo: Reach?

  // This turn.
  var now: Instant
  var wallClock = LogTime.zero
  var inputs: [Input] = []
  /// Consensus has yet to hear what was applied.
  var hasApplied = false
  /// The mark that it heard of with what was applied.
  var markTold: StateMark?
  var proposals: [Proposal] = []
  var reads: [Ticket] = []
  var readsByLease: [Ticket] = []
  /// Reads of this node's life that a lease answered.
  package private(set) var leaseReads: UInt64 = 0
  /// Entries of this node's life that were read back from its log's files.
  package private(set) var recalledEntries: UInt64 = 0
  var effects = ReplicaEffects()

  /// - Parameters:
  ///   - store: the state of the recovered snapshot; empty without one.
  ///   - seed: for election timeouts; another one for every start.
  ///   - began: when this life began, if before `now`; see `RaftNode`.
  package init(
    settings: ReplicaSettings, recovered: Recovered, store: Store, seed: UInt64, at now: Instant,
    since began: Instant? = nil
  ) {
    self.settings = settings
    self.store = store
    self.now = now
    var dice = Dice(seed: ~seed)
    lifeMark = dice.next()
    ownership = AddressOwnership(lease: settings.consensus.electionLeast.shortened, at: now)
    hold = AddressHold(settings.addressTerms)
    sharing = FlowSharing(pace: settings.consensus.heartbeat)
    fitness = Fitness(settings.consensus)
    cluster = settings.cluster ?? recovered.snapshot?.cluster
    core = RaftNode(
      id: settings.id, settings: settings.consensus, recovered: recovered, seed: seed, at: now,
      since: began)
    core.claim = hold.claim(by: settings.id)
    if let snapshot = core.snapshot {
      let mark = StateMark(index: snapshot.position.index, hash: store.stateHash)
      marking.reached(mark, diskBytes: 0)
      hasApplied = true
    }
  }

  /// Lets everything of one turn happen and says what to do about all of it at once.
  ///
  /// - Parameter wallClock: for the log time of entries this node proposes; may jump, the log's
  ///   does not.
  /// - Precondition: `now` never falls.
  package mutating func step(
    _ turn: [ReplicaInput], at now: Instant, wallClock: LogTime
  ) -> ReplicaEffects {
    self.now = now
    self.wallClock = wallClock
    if let action = ownership.pass(at: now) { carryOut(action) }
    for input in turn { take(input) }
    passDeadlines()
    repeat { stepCore() } while hasInputs
    tendAddress()
    tendFitness()
    shareFlows()
    report()
    effects.nextDeadline = nextDeadline
    var done = ReplicaEffects()
    swap(&done, &effects)
    return done
  }

  /// Whether it was told to stop: what it leads it hands over, and does not keep.
  package var isStopping: Bool { stopping != nil }

  /// When the replica wants to be stepped again, at the latest.
  package var nextDeadline: Instant {
    var next = min(core.nextDeadline, calls.nextDeadline, lookAgain, ownership.nextDeadline)
    next = min(next, fitness.nextDeadline(after: now))
    next = min(next, sharing.nextDeadline, tickling.nextDeadline)
    for gathering in gatherings.values { next = min(next, gathering.deadline) }
    if let stopping { next = min(next, stopping) }
    if let repair { next = min(next, repair.deadline) }
    if let quietMark { next = min(next, quietMark) }
    return next
  }

  private mutating func take(_ input: ReplicaInput) {
    switch input {
    case .frame(let frame, let peer): receive(frame, from: peer)
    case .linkLost(let peer, let loss): linkLost(peer, loss)
    case .peerDisk(let peer, let disk):
      sharing.repeatAll()
      inputs.append(.peerDisk(peer, disk))
    case .unsent(let frame, let peer): notSent(frame, to: peer)
    case .call(let call, let tag):
      marking.called(at: now, settings.limits)
      begin(call, .local(tag: tag))
    case .scanned(let ticket, let reply): scanned(ticket, reply)
    case .ballotSaved(let ballot): ballotSaved(ballot)
    case .logSynced(let completion):
      fitness.synced(completion.sequence, at: now)
      inputs.append(.logDurable(completion))
    case .diskFull(let full): diskIsFull = full
    case .diskUsage(let bytes):
      diskBytes = bytes
      marking.uses(diskBytes: bytes)
    case .snapshotWritten(let snapshot, let bytes): snapshotWritten(snapshot, bytes)
    case .snapshotFailed(let position): snapshotFailed(position)
    case .chunkRead(let chunk, let peer): chunkRead(chunk, peer)
    case .snapshotDamaged(let position): snapshotIsDamaged(position)
    case .recordDamaged(let first, let last): recordIsDamaged(first, last)
    case .recalled(let recall, let entries):
      recalledEntries += UInt64(entries.count)
      inputs.append(.recalled(recall, entries))
    case .mending(let position, let progress): mending(position, progress)
    case .pieceRead(let piece, let peer): send(.pieceReply(piece), to: peer)
    case .chunkStored(let position, let received):
      inputs.append(.chunkStored(position, received: received))
    case .snapshotLoaded(let snapshot, let store): snapshotLoaded(snapshot, store)
    case .address(let event): address(event)
    case .addressReachable(let isReachable): fitness.isReachable = isReachable
    case .flows(let opened, let closed): flowsChanged(opened: opened, closed: closed)
    case .addressTerms(let terms): addressTermsChanged(terms)
    case .timePassed: break
    case .stop: stop()
    }
  }

  // That entries were applied can wait for the next turn, which spares a write the second of its
  // steps. A new mark cannot: others may wait for it.
  private var hasInputs: Bool {
    !inputs.isEmpty || !proposals.isEmpty || !reads.isEmpty || !readsByLease.isEmpty
      || (hasApplied && markTold != marking.newest)
  }

  /// One step of consensus over all that has come together, and its effects in their order.
  mutating func stepCore() {
    if hasApplied {
      hasApplied = false
      markTold = marking.newest
      inputs.insert(.applied(store.appliedIndex, mark: markTold), at: 0)
    }
    var turn = inputs
    inputs.removeAll(keepingCapacity: true)
    if !proposals.isEmpty {
      turn.append(.propose(proposals, wallClock))
      proposals.removeAll(keepingCapacity: true)
    }
    if !reads.isEmpty {
      turn.append(.read(reads))
      reads.removeAll(keepingCapacity: true)
    }
    if !readsByLease.isEmpty {
      turn.append(.readByLease(readsByLease))
      readsByLease.removeAll(keepingCapacity: true)
    }
    // A step may end one leadership and stand for the next: what is given up belongs to the first.
    let (before, led) = (core.term, core.isLeader)
    let done = core.step(turn, at: now)
    if done.relinquish { relinquish(in: before) }
    honour(done)
    // Consensus took the received state, or had no use for it.
    if !loaded.isEmpty { loaded = [] }
    if led, !core.isLeader || core.term != before { marking.ledNoMore() }
  }

  private mutating func honour(_ done: Effects) {
    if let ballot = done.ballot {
      ballotsInFlight += 1
      effects.storage.append(.ballot(ballot))
    }
    for write in done.logWrites {
      fitness.wrote(write.sequence, at: now)
      effects.storage.append(.log(write))
    }
    for envelope in done.messages { send(.raft(envelope), to: envelope.to) }
    if let seldom = done.seldom {
      for envelope in seldom.afterBallot {
        held.append(Outbound(to: envelope.to, frame: .raft(envelope)))
      }
      if let snapshot = seldom.install { install(snapshot) }
    }
    for appended in done.appended { wasAppended(appended) }
    if !done.committed.isEmpty { apply(done.committed) }
    if let seldom = done.seldom {
      for refused in seldom.refusedProposals { wasRefused(refused) }
      if let quarantine = seldom.quarantine { quarantined(quarantine) }
      for refused in seldom.refusedChanges { wasRefused(refused) }
    }
    for read in done.readsReady { isReady(read) }
    leaseReads += UInt64(done.leaseReads)
    if let seldom = done.seldom { honour(seldom) }
  }

  /// The rest of what hardly a turn has.
  private mutating func honour(_ seldom: Shared<Effects.Seldom>) {
    for refused in seldom.refusedReads { wasRefused(refused) }
    for chunk in seldom.chunks { effects.snapshots.append(.store(chunk)) }
    for send in seldom.snapshotSends { effects.snapshots.append(.send(send)) }
    for recall in seldom.recalls { effects.snapshots.append(.recall(recall)) }
    if !seldom.restored.isEmpty { restore(seldom.restored) }
    if let index = seldom.compactThrough { effects.storage.append(.compact(index)) }
    if seldom.stateWanted { proposeMarkNow() }
    if seldom.snapshotWanted { cutViewNow() }
    if let outcome = seldom.transfer { transferEnded(outcome) }
    if let index = seldom.divergence { effects.fault = .diverged(at: index) }
  }

  private mutating func ballotSaved(_ ballot: Ballot) {
    ballotsInFlight -= 1
    precondition(ballotsInFlight >= 0, "Replica: more ballots saved than given")
    inputs.append(.ballotDurable(ballot))
    guard ballotsInFlight == 0 else { return }
    // Whatever was kept back follows from this ballot or an earlier one.
    effects.frames.append(contentsOf: held)
    held.removeAll(keepingCapacity: true)
  }

  mutating func send(_ frame: PeerFrame, to peer: NodeID) {
    effects.frames.append(Outbound(to: peer, frame: frame))
  }

  private mutating func passDeadlines() {
    passTimeouts()
    if now >= lookAgain { offerQueued() }
    closeGatherings()
    passRepairDeadline()
    passQuietMark()
  }
}
