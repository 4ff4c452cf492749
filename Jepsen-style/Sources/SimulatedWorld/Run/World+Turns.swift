internal import Determinism
internal import KeyValueStore
internal import RaftCore
internal import RaftTypes
internal import Replica

// A node's turn: everything that has arrived goes in together, and what follows is done in the
// order of the effects' slots, as the loop of production does it.
extension World {
  func offer(_ input: ReplicaInput, to node: SimulatedNode) {
    guard let process = node.process else { return }
    if process.inputs.isEmpty { ready.append(node.place) }
    process.inputs.append(input)
  }

  func turnAll() throws(Violation) {
    while !ready.isEmpty {
      let places = ready
      ready.removeAll(keepingCapacity: true)
      for place in places { try turn(nodes[place]) }
    }
  }

  func turn(_ node: SimulatedNode) throws(Violation) {
    guard let process = node.process, !process.inputs.isEmpty else { return }
    let inputs = process.inputs
    process.inputs.removeAll(keepingCapacity: true)
    tally.turns += 1
    let old = process.view
    let effects = try step(&process.replica, node, inputs, process)
    process.denials.note(inputs, old)
    try process.denials.check(old, process.view, effects.storage, of: node.id) {
      process.replica.core.configurations.at($0)
    }
    hear(inputs, at: node, process.view)
    try checkContact(node, process.view)
    try checkReads(effects, by: node, process.view)
    try checkLeaseReads(node, old, process.view)
    try checkLeases(node, old, process.view)
    if transcript.isTelling { tellTurn(node, old, process.view) }
    try honour(effects, node, process)
    keepTime(node)
  }

  private func step(
    _ replica: inout Replica, _ node: SimulatedNode, _ inputs: [ReplicaInput],
    _ process: NodeProcess
  ) throws(Violation) -> ReplicaEffects {
    // The old state is kept, and with it a copy of the log, only now and then.
    let before = tally.turns % 64 == 0 ? replica.core : nil
    let effects = replica.step(
      inputs, at: node.clock.local(now), wallClock: node.clock.wall(now))
    let old = process.view
    process.view = NodeView(&replica)
    if let before {
      do throws(BrokenInvariant) {
        try replica.core.checkTransition(from: before)
        try replica.core.checkInvariants()
      } catch {
        throw Violation(error.description)
      }
    }
    try check(&replica, old, process.view, effects)
    return effects
  }

  private func honour(
    _ effects: ReplicaEffects, _ node: SimulatedNode, _ process: NodeProcess
  ) throws(Violation) {
    for action in effects.address { try perform(action, by: node) }
    try checkAddress(node, process.view)
    for job in effects.storage { process.storage.submit(.job(job)) }
    if !effects.storage.isEmpty { beginStorage(node) }
    if let peers = effects.peers { setPeers(peers, of: node, process) }
    for outbound in effects.frames {
      try node.checkTruth(of: outbound.frame)
      try checkSilence(node, outbound.frame)
      try checkName(node, outbound.frame)
      send(outbound, from: node)
    }
    for answer in effects.answers { answered(answer, by: node) }
    for job in effects.snapshots {
      if let lane = process.snapshots.submit(job) { beginSnapshot(node, lane) }
    }
    for scan in effects.scans {
      // Another thread takes its time, from a view that later turns do not change.
      let span = diskDice.span(from: .zero, to: .milliseconds(20))
      let answer = scan.carryOut(at: node.clock.local(now + span))
      schedule(.scanDone(node.place, life: node.life, answer), in: span)
    }
    for event in effects.events {
      note("\(node.id)", "\(event)")
      if case .installedSnapshot = event { tally.installs += 1 }
      if case .wroteSnapshot = event { tally.snapshots += 1 }
      if case .refusedSnapshot(let position, let reason) = event {
        throw Violation("\(node.id) refuses the snapshot \(position): \(reason)")
      }
    }
    if case .diverged(let index)? = effects.fault {
      throw Violation("no quorum shares a state at \(index)")
    }
    if effects.stopped { stopped(node) }
  }

  func timer(_ node: SimulatedNode, _ life: Int) {
    guard node.life == life, let process = node.process, process.timerAt == now else { return }
    process.timerAt = .distantFuture
    if node.clock.local(now) >= process.view.nextDeadline {
      offer(.timePassed, to: node)
    } else {
      keepTime(node)
    }
  }

  // As in production the timer is only ever moved forward.
  func keepTime(_ node: SimulatedNode) {
    guard let process = node.process else { return }
    let next = process.view.nextDeadline
    guard next < .distantFuture else { return }
    let due = agenda.rounded(max(node.clock.world(next), now))
    guard due < process.timerAt else { return }
    process.timerAt = due
    agenda.add(.timer(node.place, life: node.life), at: due)
  }

  private func tellTurn(_ node: SimulatedNode, _ old: NodeView, _ view: NodeView) {
    if view.term != old.term || view.isLeader != old.isLeader {
      let role = view.isLeader ? "leads" : "is in"
      note("\(node.id)", "\(role) \(view.term), log \(view.last), commit \(view.commit)")
    } else if view.commit != old.commit {
      note("\(node.id)", "commit \(view.commit), applied \(view.applied)")
    }
  }
}
