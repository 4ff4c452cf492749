internal import ClientProtocol
internal import Determinism
internal import Faults
internal import Histories
internal import PeerProtocol
internal import RaftCore
internal import RaftTypes
internal import Replica
internal import VirtualIP
internal import WriteAheadLog

/// A whole cluster with its network, disks, clocks, address and clients, in one thread and in
/// virtual time.
///
/// Everything that happens is an `Event` of the agenda; chance comes from dice that one seed made.
/// Replica, log, store and protocol are those of production.
final class World {
  let swarm: Swarm
  var reduction = Reduction()
  var now = Instant(nanoseconds: 0)
  var agenda: Agenda<Event>
  var network: SimulatedNetwork
  var segment: AddressSegment
  var gatesStayOpen = false
  var toleratesHolders = false
  let nodes: [SimulatedNode]
  var clients: [SimulatedClient] = []
  var faults: FaultSource
  var oracle = Oracle()
  var transcript: Transcript
  var tally = Tally()
  var registers = HistoryRecorder()
  var lists = HistoryRecorder()

  /// For disks, crashes and restarts; for clients.
  var diskDice: Dice
  var clientDice: Dice
  /// Names of disks that were given; the first ones are called like their nodes.
  var incarnations: UInt64 = 1000
  /// Nodes that have inputs and have not turned yet.
  var ready: [Int] = []
  /// Whether faults may begin, and whether clients ask.
  var isSafetyPhase = true
  var safetyEnded = Instant.distantFuture
  /// What operators asked of the membership.
  var wishes: [Wish] = []
  /// Whether a learner on its way to becoming a voter was left to die when a quorum was healed.
  var diedCatchingUp = false
  var nextValue: UInt64 = 1

  let settings: Settings
  let logOptions: LogOptions
  let cluster: ClusterID
  let genesis: Entry

  init(_ swarm: Swarm, _ dice: inout Dice, tell: ((String) -> Void)?) throws(Violation) {
    self.swarm = swarm
    transcript = Transcript(tell: tell)
    agenda = Agenda(grain: swarm.turnEvery)
    network = SimulatedNetwork(swarm, dice.split())
    diskDice = dice.split()
    clientDice = dice.split()
    segment = AddressSegment(places: swarm.nodes + swarm.spares)
    let all = (1...UInt64(swarm.nodes + swarm.spares)).map { NodeID($0) }
    let ids = Array(all.prefix(swarm.nodes))
    faults = FaultSource(swarm, nodes: all, dice.split())
    var limits = RaftCore.Limits()
    limits.appendBytes = swarm.appendBytes
    limits.appendsInFlight = swarm.appendsInFlight
    limits.tailBytes = swarm.tailBytes
    limits.bodyBytes = swarm.tailBytes
    limits.recallBytes = swarm.appendBytes
    limits.turnBytes = swarm.tailBytes == 0 ? swarm.appendBytes : 1 << 20
    limits.turnBytesBehind = min(limits.turnBytes, 32 << 10)
    do throws(Settings.Fault) {
      settings = try Settings(
        heartbeat: swarm.heartbeat, electionLeast: swarm.electionLeast,
        electionMost: swarm.electionMost, limits: limits)
    } catch {
      throw Violation("the swarm's times do not fit together: \(error)")
    }
    // So few spares that segments go, too, and are not all used again.
    logOptions = LogOptions(
      segmentSize: swarm.segmentBytes, reserveSize: swarm.reserveBytes, spareLimit: 2,
      readTail: swarm.segmentBytes / 2)
    cluster = ClusterID(dice.next(), epoch: 1)
    let members = ids.map {
      Member(
        id: $0, incarnation: DiskIncarnation($0.number), peerAddress: "\($0):1",
        clientAddress: "\($0):2")
    }
    genesis = Entry(
      position: LogPosition(term: .zero, index: LogIndex(1)), logTime: .zero,
      payload: .genesis(cluster, Membership(voters: members)))
    var made: [SimulatedNode] = []
    let tear = Tear(percent: swarm.tearPercent, isFine: swarm.tearsSectors)
    for (place, id) in all.enumerated() {
      let drift = Int64(dice.below(2 * swarm.driftMost + 1)) - Int64(swarm.driftMost)
      let clock = NodeClock(
        drift: drift, origin: dice.below(1 << 40),
        wallOffset: 1_000_000_000 + Int64(dice.below(1000)))
      made.append(
        SimulatedNode(
          place: place, id: id, clock: clock,
          disk: SimulatedDisk(tear, remembers: swarm.weights.hasDecay)))
    }
    nodes = made
    if swarm.hasGuards {
      for node in nodes {
        let tier: AddressTier = dice.chance(1, in: 8) ? .lifetime : .gate
        node.terms = AddressTerms(tier, electionLeast: swarm.electionLeast)
      }
    }
    for node in nodes where node.clock.drift != 0 { tally.faults.add(.drift) }
    try oracle.saw([genesis], behind: .origin, in: ids[0])
    for node in nodes { try found(node) }
    for index in 0..<swarm.clients {
      clients.append(SimulatedClient(index, swarm, &clientDice))
      agenda.add(.clientWakes(index), at: now + clientDice.span(from: .zero, to: .seconds(1)))
    }
    if let pause = faults.pause() { agenda.add(.fault, at: now + pause) }
  }

  private func found(_ node: SimulatedNode) throws(Violation) {
    let isMember = node.place < swarm.nodes
    try format(node, genesis: isMember ? genesis : nil)
    if isMember { node.synced = genesis.position }
    try start(node)
  }

  /// The leader of the highest term, if anybody leads.
  var leader: SimulatedNode? {
    nodes.filter { $0.process?.view.isLeader == true }
      .max { ($0.process?.view.term ?? .zero) < ($1.process?.view.term ?? .zero) }
  }

  func note(_ who: String, _ what: @autoclosure () -> String) {
    if transcript.isTelling { transcript.line(now, who, what()) }
  }

  /// Lets events happen until `end`, or until `isDone` says so after one.
  func run(until end: Instant, isDone: () -> Bool = { false }) throws(Violation) {
    while let next = agenda.next, next <= end {
      guard let (time, event) = agenda.pop() else { return }
      now = time
      try happen(event)
      if agenda.next != now {
        try turnAll()
        if isDone() { return }
      }
    }
    now = max(now, end)
  }

  func schedule(_ event: Event, in span: TimeSpan) { agenda.add(event, at: now + span) }

  private func happen(_ event: Event) throws(Violation) {
    if let place = event.process, nodes[place].pausedUntil != nil {
      nodes[place].backlog.append(event)
      return
    }
    transcript.event(now, event.code, event.process ?? 0xff)
    switch event {
    case .arrival(let packet): arrive(packet)
    case .linkLost(let place, let life, let peer, let loss):
      if nodes[place].life == life { offer(.linkLost(peer, loss), to: nodes[place]) }
    case .linkBreaks(let from, let to, let generation):
      if network[from, to].generation == generation { sever(from, to, reset: false) }
    case .dial(let from, let to, let generation): dial(from, to, generation)
    case .unclog(let from, let to): unclog(from, to)
    case .timer(let place, let life): timer(nodes[place], life)
    case .storageDone(let place, let life):
      if nodes[place].life == life { try storageDone(nodes[place]) }
    case .spareMade(let place, let life, let order):
      if nodes[place].life == life { spareMade(nodes[place], order) }
    case .snapshotDone(let place, let life, let lane):
      if nodes[place].life == life { try snapshotDone(nodes[place], lane) }
    case .scanDone(let place, let life, let answer):
      if nodes[place].life == life { offer(answer, to: nodes[place]) }
    case .start(let place): if !nodes[place].isUp { try start(nodes[place]) }
    case .freeze(let place, let span): if isSafetyPhase { freeze(nodes[place], span) }
    case .resume(let place): resume(nodes[place])
    case .spaceReturns(let place): nodes[place].disk.capacity = .max
    case .honesty(let place): nodes[place].disk.lies = false
    case .fault: injectNext()
    case .addressOpens(let place, let life, let term, let until):
      if nodes[place].life == life { try addressOpens(nodes[place], term, until: until) }
    case .lastWill(let from, let place, let life, let term):
      guard nodes[place].life == life else { return }
      offer(.frame(.addressReleased(term), from: nodes[from].id), to: nodes[place])
    case .clientWakes(let index): try clientWakes(index)
    case .request(let client, let attempt, let place, let call):
      request(client, attempt, nodes[place], call)
    case .reply(let client, let attempt, let place, let reply):
      try replied(client, attempt, from: place, reply)
    case .silence(let client, let attempt): try silence(client, attempt)
    }
  }
}
