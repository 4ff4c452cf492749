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
    safetyEnded = now
  }

  /// Ten election timeouts for a leader, a write, and equal states; then all histories are judged.
  func runLivenessPhase() throws(Violation) {
    var quorum = try healQuorum()
    if !canElect(quorum) {
      tally.reinforced += 1
      quorum = try reinforce()
    }
    // Whoever asks all the others for what it lost needs a moment.
    if !canElect(quorum) { try run(until: now + patience) { self.canElect(quorum) } }
    guard canElect(quorum) else {
      note("!!", "blocked" + quorum.map { "\n  " + portrait($0) }.joined())
      tally.blocked += 1
      return try judge()
    }
    let probe = clients.count
    clients.append(SimulatedClient(probe, swarm, &clientDice))
    clients[probe].isProbe = true
    try demand("no write", of: &quorum) { (some, end) throws(Violation) in
      try self.write(probe, end, some)
    }
    try demand("no convergence", of: &quorum) { (some, end) throws(Violation) in
      try self.run(until: end) { self.isQuiet && self.difference(among: some) == nil }
      return self.difference(among: some) == nil
    }
    try demand("nobody has the address", of: &quorum) { (_, end) throws(Violation) in
      try self.run(until: end + Self.linger) { self.isAddressSettled }
      return self.isAddressSettled
    }
    try readEverything(probe, quorum)
    try judge()
  }

  private func demand(
    _ what: String, of quorum: inout [SimulatedNode],
    _ attempt: ([SimulatedNode], Instant) throws(Violation) -> Bool
  ) throws(Violation) {
    if try succeeds(among: quorum, attempt) { return }
    if isOutvoted(quorum) {
      tally.reinforced += 1
      quorum = try reinforce()
      if try succeeds(among: quorum, attempt) { return }
    }
    throw Violation(
      "liveness: \(what) within \(patience.milliseconds) ms among \(quorum.map(\.id)): "
        + (difference(among: quorum) ?? "they are equal")
        + quorum.map { "\n  " + portrait($0) }.joined())
  }

  // Ten election timeouts in which no log grows and nothing is applied are too many; a narrow
  // window, or a long way to catch up, may need longer in all.
  private func succeeds(
    among quorum: [SimulatedNode], _ attempt: ([SimulatedNode], Instant) throws(Violation) -> Bool
  ) throws(Violation) -> Bool {
    var progress = -1
    for _ in 0..<Self.attempts {
      if try attempt(quorum, now + patience) { return true }
      let moved = quorum.reduce(oracle.written.count) {
        $0 + Int($1.process?.view.applied.number ?? 0) + Int($1.end.index.number)
      }
      guard moved > progress else { return false }
      progress = moved
    }
    return false
  }

  // What was on its way when the quorum was drawn may have left it a minority, with nobody at
  // fault: an operator's wish to dismiss a healthy voter, or the last word of a learner that had
  // caught up and died, which made it a voter.
  private func isOutvoted(_ quorum: [SimulatedNode]) -> Bool {
    guard diedCatchingUp || wishes.contains(where: { safetyEnded < $0.until }) else {
      return false
    }
    return !possibleMemberships().allSatisfy { isQuorum(quorum, of: $0) }
  }

  // Whoever is no member, or no longer, need not follow.
  private func difference(among quorum: [SimulatedNode]) -> String? {
    guard let membership else { return "nobody knows who belongs to the cluster" }
    return convergence(of: quorum.filter { membership.members[$0.id] != nil })
  }

  private var patience: TimeSpan { settings.electionMost * 10 }
  private static var attempts: Int { 40 }
  // A holder before may have had a lifetime of the kernel.
  private static var linger: TimeSpan { .seconds(5) }

  private var isQuiet: Bool { clients.allSatisfy { $0.operation == nil } }

  /// Which nodes live on: enough to decide, whichever configuration is in force, and otherwise by
  /// chance. A disk that the others cannot do without yet is not theirs to lose.
  private func healQuorum() throws(Violation) -> [SimulatedNode] {
    // A lie that no loss of power brought out has cost nothing.
    let candidates = nodes.filter {
      !$0.mustReplaceDisk && !($0.lostPower && $0.disk.isLiedAbout)
    }
    guard let quorum = drawQuorum(from: candidates) else {
      throw Violation(
        "no quorum is left of \(sketch(possibleMemberships()))"
          + nodes.map { "\n  " + portrait($0) }.joined())
    }
    note("!!", "heals \(quorum.map(\.id)) for good; the others stay dead")
    let memberships = possibleMemberships()
    for node in nodes where !quorum.contains(where: { $0 === node }) {
      diedCatchingUp =
        diedCatchingUp || (node.isUp && memberships.contains { $0.isBecomingVoter(node.id) })
      die(node, .power)
      node.isGone = true
    }
    network.healForGood()
    for node in quorum {
      try heal(node)
      for peer in quorum where peer !== node { restore(node.place, peer.place) }
    }
    for index in clients.indices { clients[index].hint = nil }
    try turnAll()
    return quorum
  }

  private func heal(_ node: SimulatedNode) throws(Violation) {
    node.disk.capacity = .max
    node.disk.lies = false
    node.disk.failsNextSync = false
    node.disk.failsNextWrite = false
    node.stalledUntil = now
    if let snapshots = node.process?.snapshots {
      // What a slow disk is at now is done at the pace of a healthy one.
      for lane in SnapshotUnit.Lane.allCases where snapshots.isBusy(lane) {
        beginSnapshot(node, lane)
      }
    }
    node.doom = nil
    if node.pausedUntil != nil {
      node.pausedUntil = now
      resume(node)
    }
    if !node.isUp { try start(node) }
  }

  private func reinforce() throws(Violation) -> [SimulatedNode] {
    note("!!", "nobody can be elected without the others: they come back")
    for node in nodes where node.isGone {
      node.isGone = false
      try heal(node)
    }
    try turnAll()
    return nodes.filter(\.isUp)
  }

  // What a clog held back leaves; a stream that already lost a call need not wait for its time-out.
  private func restore(_ from: Int, _ to: Int) {
    if network[from, to].isBreaking { sever(from, to, reset: true) }
    let waiting = network[from, to].waiting
    network[from, to].waiting = []
    for frame in waiting { resend(frame, from, to) }
    redial(from, to)
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
        let members = quorum.filter { membership?.members[$0.id] != nil }
        let asked = members.isEmpty ? quorum : members
        clients[probe].hint = asked[Int(nextValue) % asked.count].place
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
      // A client gives up after some timeouts and the attempt that it is in.
      try run(until: now + swarm.clientTimeout * 6) { self.clients[probe].operation == nil }
      guard clients[probe].operation == nil else {
        throw Violation("liveness: no answer to \(task) among \(quorum.map(\.id))")
      }
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

extension Membership {
  /// Whether it is a learner that becomes a voter once it has caught up.
  fileprivate func isBecomingVoter(_ id: NodeID) -> Bool {
    guard let member = members[id], !isVoter(id) else { return false }
    return switch member.prospect {
    case .trial, .promotion: true
    case .none, .leaving: false
    }
  }
}
