internal import Determinism
internal import Faults
internal import PeerProtocol
internal import RaftCore
internal import RaftTypes
internal import WriteAheadLog

/// A cluster of somebody's machine with its network, disks, clocks and clients, in one thread and
/// in virtual time. Built from the parts of `World`; what differs is what a node does with an
/// entry.
final class LabWorld<Workload: MachineWorkload> {
  typealias Machine = Workload.Machine

  let swarm: Swarm
  let settings: Settings
  let logOptions: LogOptions
  let cluster: ClusterID
  let genesis: Entry
  let nodes: [LabNode<Machine>]
  var now = Instant(nanoseconds: 0)
  var agenda = Agenda<LabEvent>()
  var network: SimulatedNetwork
  var transcript: Transcript
  var faults: FaultSource
  var diskDice: Dice
  var clientDice: Dice
  var workload: Workload
  var ready: [Int] = []
  var isSafetyPhase = true

  var history: [MachineOperation] = []
  /// Where each client's last call stands in the history.
  var asking: [Int?]
  /// The one log: what was applied at each index, and the state after it.
  var chosen: [Entry] = []
  var hashes: [UInt64] = []
  var leaders: SortedMap<Term, NodeID> = SortedMap()
  var crashes = 0
  var snapshots = 0
  var installs = 0

  init(
    _ swarm: Swarm, _ workload: Workload, _ dice: inout Dice, tell: ((String) -> Void)?
  ) {
    self.swarm = swarm
    self.workload = workload
    transcript = Transcript(tell: tell)
    network = SimulatedNetwork(swarm, dice.split())
    diskDice = dice.split()
    clientDice = dice.split()
    let ids = (1...UInt64(swarm.nodes)).map { NodeID($0) }
    faults = FaultSource(swarm, nodes: ids, dice.split())
    var limits = RaftCore.Limits()
    limits.appendBytes = swarm.appendBytes
    limits.appendsInFlight = swarm.appendsInFlight
    limits.tailBytes = swarm.tailBytes
    limits.bodyBytes = swarm.tailBytes
    limits.recallBytes = swarm.appendBytes
    // The swarm draws only times that fit together; `World` reports it if not.
    let times = try? Settings(
      heartbeat: swarm.heartbeat, electionLeast: swarm.electionLeast,
      electionMost: swarm.electionMost, limits: limits)
    settings = times ?? Settings.lan.with(limits)
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
    var made: [LabNode<Machine>] = []
    for place in ids.indices {
      let drift = Int64(dice.below(2 * swarm.driftMost + 1)) - Int64(swarm.driftMost)
      made.append(
        LabNode(
          place,
          NodeClock(drift: drift, origin: dice.below(1 << 40), wallOffset: 1_000_000_000)))
    }
    nodes = made
    asking = Array(repeating: nil, count: swarm.clients)
  }

  /// Formats the disks, starts everybody.
  func found() throws(Violation) {
    for node in nodes {
      do throws(LogFault) {
        try WriteAheadLog.format(
          node.disk,
          DiskIdentity(
            cluster: cluster, node: node.id, incarnation: DiskIncarnation(node.id.number)),
          genesis: genesis, logOptions)
      } catch {
        throw Violation("\(node.id): an empty disk cannot be formatted: \(error)")
      }
      try start(node)
    }
    for client in asking.indices {
      schedule(.clientWakes(client), in: clientDice.span(from: .zero, to: .seconds(1)))
    }
    if let pause = faults.pause() { schedule(.fault, in: pause) }
  }

  /// Faults while clients ask; then everything heals, and everybody must come to one state.
  func live() throws(Violation) {
    try run(until: now + swarm.safety)
    isSafetyPhase = false
    network.healForGood()
    for node in nodes {
      node.disk.capacity = .max
      node.disk.failsNextSync = false
      node.disk.failsNextWrite = false
      node.stalledUntil = now
      if node.pausedUntil != nil { schedule(.resume(node.place), in: .zero) }
      node.pausedUntil = node.pausedUntil.map { min($0, now) }
      if node.process == nil { schedule(.start(node.place), in: .zero) }
      for peer in nodes where peer !== node {
        schedule(.connect(node.place, peer.place), in: .zero)
      }
    }
    try run(until: now + swarm.clientTimeout + settings.electionMost * 20) { self.isSettled }
    guard isSettled else {
      let reached = nodes.map { "\($0.id) \($0.process?.applied.description ?? "down")" }
      throw Violation("liveness: after healing no common state: \(reached)")
    }
    try judge()
  }

  private var isSettled: Bool {
    guard asking.allSatisfy({ $0 == nil }), let first = nodes[0].process else { return false }
    return nodes.contains { $0.process?.core.isLeader == true }
      && nodes.allSatisfy { node in
        guard let process = node.process else { return false }
        return process.applied == first.applied && process.applied == process.core.log.last.index
      }
  }

  var leader: LabNode<Machine>? {
    nodes.filter { $0.process?.core.isLeader == true }
      .max { ($0.process?.core.term ?? .zero) < ($1.process?.core.term ?? .zero) }
  }

  func note(_ who: String, _ what: @autoclosure () -> String) {
    if transcript.isTelling { transcript.line(now, who, what()) }
  }

  func schedule(_ event: LabEvent, in span: TimeSpan) { agenda.add(event, at: now + span) }

  private func run(until end: Instant, isDone: () -> Bool = { false }) throws(Violation) {
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

  private func happen(_ event: LabEvent) throws(Violation) {
    if let place = event.process, nodes[place].pausedUntil != nil {
      nodes[place].backlog.append(event)
      return
    }
    transcript.event(now, event.code, event.process ?? 0xff)
    switch event {
    case .arrival(let packet): arrive(packet)
    case .timer(let place, let life): if nodes[place].life == life { timer(nodes[place]) }
    case .storageDone(let place, let life):
      if nodes[place].life == life { try storageDone(nodes[place]) }
    case .spareMade(let place, let life, let order):
      if nodes[place].life == life { spareMade(nodes[place], order) }
    case .snapshotDone(let place, let life):
      if nodes[place].life == life { snapshotDone(nodes[place]) }
    case .connect(let from, let to): connect(from, to)
    case .start(let place): if nodes[place].process == nil { try start(nodes[place]) }
    case .resume(let place): resume(nodes[place])
    case .spaceReturns(let place): nodes[place].disk.capacity = .max
    case .fault: injectNext()
    case .clientWakes(let client): wake(client)
    case .request(let operation, let place): request(operation, at: nodes[place])
    case .silence(let operation): end(operation, .unknown, at: nil)
    }
  }
}

extension LabEvent {
  /// Names the kind in the transcript's hash.
  fileprivate var code: UInt64 {
    switch self {
    case .arrival: 1
    case .timer: 2
    case .storageDone: 3
    case .spareMade: 4
    case .snapshotDone: 5
    case .connect: 6
    case .start: 7
    case .resume: 8
    case .spaceReturns: 9
    case .fault: 10
    case .clientWakes: 11
    case .request: 12
    case .silence: 13
    }
  }
}
