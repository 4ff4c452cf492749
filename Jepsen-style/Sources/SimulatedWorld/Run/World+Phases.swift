internal import ClientProtocol
internal import Determinism
internal import Faults
internal import Histories
internal import KeyValueStore
internal import Properties
internal import RaftCore
internal import RaftTypes
internal import Replica

// A run: faults while clients work, then a random quorum is healed, and only that, and must make
// progress.
extension World {
  func runSafetyPhase() throws(Violation) {
    try run(until: now + swarm.safety)
    isSafetyPhase = false
  }

  /// Ten election timeouts for a leader, a write, and equal states; then all histories are judged.
  func runLivenessPhase() throws(Violation) {
    let quorum = try healQuorum()
    let limit = settings.electionMost * 10
    let deadline = now + limit
    let probe = clients.count
    clients.append(SimulatedClient(probe, swarm, &clientDice))
    try write(probe, until: deadline, quorum)
    try converge(quorum, limit)
    try readEverything(probe, quorum)
    try judge()
  }

  // Ten election timeouts in which nobody's state moves are too many; a narrow window may need
  // longer in all.
  private func converge(_ quorum: [SimulatedNode], _ limit: TimeSpan) throws(Violation) {
    var applied = 0
    while true {
      try run(until: now + limit) { self.isQuiet && self.convergence(of: quorum) == nil }
      guard let difference = convergence(of: quorum) else { return }
      let progress = quorum.reduce(0) {
        $0 + Int($1.process?.view.applied.number ?? 0)
      }
      guard progress > applied else {
        throw Violation("liveness: nothing moves for \(limit.milliseconds) ms: \(difference)")
      }
      applied = progress
    }
  }

  private var isQuiet: Bool { clients.allSatisfy { $0.operation == nil } }

  private func healQuorum() throws(Violation) -> [SimulatedNode] {
    let size = nodes.count / 2 + 1 + Int(diskDice.below(UInt64((nodes.count + 1) / 2)))
    let quorum = nodes.shuffled(&diskDice).prefix(size).sorted { $0.place < $1.place }
    note("!!", "heals \(quorum.map(\.id)) for good; the others stay dead")
    for node in nodes where !quorum.contains(where: { $0 === node }) {
      die(node, .power)
      node.isGone = true
    }
    network.healForGood()
    for node in quorum {
      node.disk.capacity = .max
      node.disk.failsNextSync = false
      node.stalledUntil = now
      if node.pausedUntil != nil {
        node.pausedUntil = now
        resume(node)
      }
      for peer in quorum where peer !== node { unclogForGood(node.place, peer.place) }
      if !node.isUp { try start(node) }
    }
    for index in clients.indices { clients[index].hint = nil }
    try turnAll()
    return quorum
  }

  private func unclogForGood(_ from: Int, _ to: Int) {
    let waiting = network[from, to].waiting
    network[from, to].waiting = []
    for frame in waiting { resend(frame, from, to) }
  }

  // The probe asks one node of the quorum after the other until its write is acknowledged.
  private func write(
    _ probe: Int, until deadline: Instant, _ quorum: [SimulatedNode]
  ) throws(Violation) {
    var turn = 0
    while now < deadline {
      let task = SimulatedClient.Task.write(key: 0, value: newValue())
      begin(task, client: probe)
      invoke(task, client: probe)
      clients[probe].hint = quorum[turn % quorum.count].place
      let before = tally.answered
      attempt(probe)
      try run(until: deadline) { self.clients[probe].operation == nil }
      if clients[probe].operation == nil, tally.answered > before { return }
      if clients[probe].operation != nil { break }
      turn += 1
    }
    throw Violation(
      "liveness: no write within ten election timeouts among \(quorum.map(\.id))")
  }

  // What was acknowledged must be found: reads of every key, into the histories.
  private func readEverything(_ probe: Int, _ quorum: [SimulatedNode]) throws(Violation) {
    for key in 0..<swarm.keys {
      let task = SimulatedClient.Task.read(key: key)
      begin(task, client: probe)
      invoke(task, client: probe)
      clients[probe].hint = quorum[Int(key) % quorum.count].place
      attempt(probe)
      try run(until: now + swarm.clientTimeout * 4) { self.clients[probe].operation == nil }
    }
  }

  private func judge() throws(Violation) {
    for (recorder, property) in [(registers, Property.register), (lists, .listAppend)]
    where !recorder.events.isEmpty {
      switch Properties.check(recorder.history, as: property, budget: Self.budget) {
      case .holds: break
      case .violated(let property, let report): throw Violation("\(property.rawValue): \(report)")
      case .undecided(let property, let reason):
        throw Violation("\(property.rawValue) was not decided: \(reason)")
      case .unreadable(let reason): throw Violation("the history cannot be judged: \(reason)")
      }
    }
  }

  private static var budget: LinearizabilityBudget {
    LinearizabilityBudget(steps: 50_000_000, configurations: 100_000)
  }
}
