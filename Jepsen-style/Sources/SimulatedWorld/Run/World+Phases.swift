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
    var quorum = try healQuorum()
    if !canElect(quorum) {
      tally.reinforced += 1
      quorum = try reinforce()
    }
    guard canElect(quorum) else {
      tally.blocked += 1
      return try judge()
    }
    let limit = settings.electionMost * 10
    let probe = clients.count
    clients.append(SimulatedClient(probe, swarm, &clientDice))
    try within(limit, "no write", of: quorum) { (end) throws(Violation) in
      try self.write(probe, end, quorum)
    }
    try within(limit, "no convergence", of: quorum) { (end) throws(Violation) in
      try self.run(until: end) { self.isQuiet && self.convergence(of: quorum) == nil }
      return self.convergence(of: quorum) == nil
    }
    try readEverything(probe, quorum)
    try judge()
  }

  // Ten election timeouts in which no client's entry is applied anywhere are too many; a narrow
  // window, or a long way to catch up, may need longer in all.
  private func within(
    _ limit: TimeSpan, _ what: String, of quorum: [SimulatedNode],
    _ attempt: (Instant) throws(Violation) -> Bool
  ) throws(Violation) {
    var progress = -1
    for _ in 0..<Self.patience {
      if try attempt(now + limit) { return }
      let moved = quorum.reduce(oracle.written.count) {
        $0 + Int($1.process?.view.applied.number ?? 0)
      }
      guard moved > progress else { break }
      progress = moved
    }
    throw Violation(
      "liveness: \(what) within \(limit.milliseconds) ms among \(quorum.map(\.id)): "
        + (convergence(of: quorum) ?? "they are equal"))
  }

  private static var patience: Int { 40 }

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
      for peer in quorum where peer !== node { restore(node.place, peer.place) }
      if !node.isUp { try start(node) }
    }
    for index in clients.indices { clients[index].hint = nil }
    try turnAll()
    return quorum
  }

  /// Whether somebody with a whole log could win an election, or leads.
  ///
  /// A torn record whose identity survived counts as rotten: its node keeps the place in the log,
  /// may not lead, and votes for nobody whose log is shorter. Whether anybody acknowledged the
  /// record only the other nodes can tell, so with them dead nobody may be elected: safe, not live.
  private func canElect(_ quorum: [SimulatedNode]) -> Bool {
    let views = quorum.compactMap { $0.process?.view }
    return views.contains { candidate in
      candidate.isLeader
        || (!candidate.isFaulty && views.count { $0.last <= candidate.last } > nodes.count / 2)
    }
  }

  private func reinforce() throws(Violation) -> [SimulatedNode] {
    note("!!", "nobody can be elected without the others: they come back")
    for node in nodes where node.isGone {
      node.isGone = false
      node.disk.capacity = .max
      node.disk.failsNextSync = false
      node.stalledUntil = now
      try start(node)
    }
    try turnAll()
    return nodes
  }

  // What a clog held back leaves; a stream that already lost a call need not wait for its time-out.
  private func restore(_ from: Int, _ to: Int) {
    if network[from, to].isBreaking { sever(from, to, reset: true) }
    let waiting = network[from, to].waiting
    network[from, to].waiting = []
    for frame in waiting { resend(frame, from, to) }
  }

  // The probe asks one node of the quorum after the other until its write is acknowledged.
  private func write(
    _ probe: Int, _ deadline: Instant, _ quorum: [SimulatedNode]
  ) throws(Violation) -> Bool {
    while now < deadline {
      if clients[probe].operation == nil {
        let task = SimulatedClient.Task.write(key: 0, value: newValue())
        begin(task, client: probe)
        invoke(task, client: probe)
        clients[probe].hint = quorum[Int(nextValue) % quorum.count].place
        attempt(probe)
      }
      let before = tally.answered
      try run(until: deadline) { self.clients[probe].operation == nil }
      if clients[probe].operation == nil, tally.answered > before { return true }
    }
    return false
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
