internal import BinaryCodec
internal import Determinism
internal import Faults
internal import PeerProtocol
internal import RaftCore
internal import RaftTypes
internal import Replica

// A node's turn: what arrived goes in together, and the effects are honoured in their order, as
// `Replica` does it for the product's own machine.
extension LabWorld {
  func offer(_ input: Input, to node: LabNode<Machine>) {
    guard let process = node.process else { return }
    if process.inputs.isEmpty { ready.append(node.place) }
    process.inputs.append(input)
  }

  func turnAll() throws(Violation) {
    while !ready.isEmpty {
      let places = ready
      ready.removeAll(keepingCapacity: true)
      for place in places {
        if let process = nodes[place].process { try turn(nodes[place], process) }
      }
    }
  }

  private func turn(
    _ node: LabNode<Machine>, _ process: LabProcess<Machine>
  ) throws(Violation) {
    let inputs = process.inputs
    process.inputs.removeAll(keepingCapacity: true)
    let term = process.core.isLeader ? process.core.term : nil
    let effects = process.core.step(inputs, at: node.clock.local(now))
    do throws(BrokenInvariant) {
      try process.core.checkInvariants()
    } catch {
      throw Violation("\(error)")
    }
    try honour(effects, node, process)
    // Consensus took the received state, or had no use for it.
    process.loaded = nil
    if process.core.isLeader, process.core.term != term { try leads(process.core) }
    keepTime(node, process)
  }

  private func honour(
    _ effects: Effects, _ node: LabNode<Machine>, _ process: LabProcess<Machine>
  ) throws(Violation) {
    if let ballot = effects.ballot {
      process.ballotsInFlight += 1
      process.storage.submit(.job(.ballot(ballot)))
    }
    for write in effects.logWrites { process.storage.submit(.job(.log(write))) }
    for envelope in effects.messages { send(envelope, from: node) }
    process.held += effects.afterBallot
    if let snapshot = effects.install { try install(snapshot, node, process) }
    for appended in effects.appended where appended.ticket > Self.markTicket {
      process.pending[appended.position.index] = (
        Self.operation(appended.ticket), appended.position.term
      )
    }
    try apply(effects.committed, node, process)
    for refused in effects.refusedProposals {
      if refused.ticket == Self.markTicket {
        process.isMarkProposed = false
      } else {
        end(Self.operation(refused.ticket), .refused, at: nil)
      }
    }
    process.waiting += effects.readsReady
    for refused in effects.refusedReads {
      end(Self.operation(refused.ticket), .refused, at: nil)
    }
    answerReads(process)
    for chunk in effects.chunks { process.work.append(.store(chunk)) }
    for send in effects.snapshotSends { process.work.append(.send(send)) }
    for recall in effects.recalls { process.work.append(.recall(recall)) }
    if !effects.restored.isEmpty { process.storage.submit(.job(.restore(effects.restored))) }
    if let index = effects.compactThrough { process.storage.submit(.job(.compact(index))) }
    if effects.stateWanted { proposeMark(node, process) }
    if effects.snapshotWanted, process.applied > .zero {
      writeSnapshot(at: chosen[process.applied.distance(from: .zero) - 1], process)
    }
    if let index = effects.divergence {
      throw Violation("no quorum shares a state at \(index)")
    }
    beginStorage(node, process)
    beginSnapshot(node, process)
  }

  // MARK: The machine

  private func apply(
    _ entries: [Entry], _ node: LabNode<Machine>, _ process: LabProcess<Machine>
  ) throws(Violation) {
    for entry in entries {
      var answer: Bytes = []
      if case .command(let command) = entry.payload {
        answer = process.machine.apply(command, at: entry.logTime)
        process.sinceMark += 1
      }
      process.applied = entry.index
      try compare(entry, process.machine.stateHash, node)
      if let (operation, term) = process.pending.remove(entry.index) {
        // Another entry at its place: it can never be committed.
        let isItself = term == entry.term
        end(
          operation, isItself ? .answered(answer) : .refused,
          at: isItself ? entry.index.number : nil)
      }
      if case .snapshotMark = entry.payload { cut(at: entry, process) }
    }
    guard !entries.isEmpty else { return }
    offer(.applied(process.applied, mark: process.mark), to: node)
    if process.core.isLeader, process.sinceMark >= swarm.markEntries { proposeMark(node, process) }
  }

  /// State-machine safety, and that the machine is one: equal entries, equal states.
  private func compare(
    _ entry: Entry, _ hash: UInt64, _ node: LabNode<Machine>
  ) throws(Violation) {
    let place = entry.index.distance(from: .zero) - 1
    if place == chosen.count {
      chosen.append(entry)
      hashes.append(hash)
      transcript.mix(hash)
      return
    }
    guard place < chosen.count else {
      throw Violation("\(node.id) applies \(entry.position), nobody \(chosen.count + 1)")
    }
    guard chosen[place] == entry else {
      throw Violation(
        "state-machine safety: \(node.id) applies \(entry.position), others "
          + "\(chosen[place].position)")
    }
    guard hashes[place] == hash else {
      throw Violation("states differ: \(node.id) has another state than others at \(entry.index)")
    }
  }

  func answerReads(_ process: LabProcess<Machine>) {
    process.waiting.removeAll { ready in
      guard ready.index <= process.applied else { return false }
      let operation = Self.operation(ready.ticket)
      if case .query(let question) = history[operation].call {
        end(operation, .answered(process.machine.query(question)), at: process.applied.number)
      }
      return true
    }
  }

  private func leads(_ core: RaftNode) throws(Violation) {
    note("\(core.id)", "leads \(core.term), log \(core.log.last), commit \(core.commit)")
    if let other = leaders[core.term], other != core.id {
      throw Violation("election safety: \(other) and \(core.id) lead \(core.term)")
    }
    leaders[core.term] = core.id
  }

  // MARK: Messages and time

  func send(_ envelope: Envelope, from node: LabNode<Machine>) {
    let to = Int(envelope.to.number) - 1
    guard nodes.indices.contains(to) else { return }
    let frame = PeerFrame.raft(envelope)
    guard
      case .arrives(let time, let again) = network.send(frame, from: node.place, to: to, at: now)
    else { return }
    let packet = Packet(
      from: node.place, to: to, generation: network[node.place, to].generation, frame: frame)
    agenda.add(.arrival(packet), at: time)
    if let again { agenda.add(.arrival(packet), at: again) }
  }

  func arrive(_ packet: Packet) {
    guard case .raft(let envelope) = packet.frame else { return }
    offer(.received(envelope), to: nodes[packet.to])
  }

  func keepTime(_ node: LabNode<Machine>, _ process: LabProcess<Machine>) {
    let next = process.core.nextDeadline
    guard next < .distantFuture else { return }
    let due = max(node.clock.world(next), now)
    guard due < process.timerAt else { return }
    process.timerAt = due
    agenda.add(.timer(node.place, life: node.life), at: due)
  }

  func timer(_ node: LabNode<Machine>) {
    guard let process = node.process, process.timerAt <= now else { return }
    process.timerAt = .distantFuture
    if node.clock.local(now) >= process.core.nextDeadline {
      offer(.timePassed, to: node)
    } else {
      keepTime(node, process)
    }
  }
}
