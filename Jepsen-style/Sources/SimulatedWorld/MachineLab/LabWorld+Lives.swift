internal import Determinism
internal import Faults
internal import RaftCore
internal import RaftTypes
internal import Replica
internal import WriteAheadLog

// Nodes begin and end, and what else goes wrong.
extension LabWorld {
  func start(_ node: LabNode<Machine>) throws(Violation) {
    if node.lostPower {
      node.disk.revive(afterPowerLoss: &diskDice)
      node.lostPower = false
    } else {
      node.disk.revive()
    }
    node.life += 1
    node.pausedUntil = nil
    node.backlog = []
    let opening: Opening<SimulatedDisk>
    do throws(LogFault) {
      opening = try WriteAheadLog.open(
        node.disk, logOptions,
        renewal: DiskIncarnation(UInt64(node.life) << 32 | node.id.number))
    } catch {
      guard case .diskFull = error else {
        throw Violation("\(node.id) cannot recover from a crash: \(error)")
      }
      schedule(.start(node.place), in: .milliseconds(500))
      return
    }
    guard case .opened(let log, let recovery) = opening else {
      throw Violation("\(node.id): a formatted disk is empty after a crash")
    }
    var machine = Machine()
    let snapshot = recovery.snapshot?.descriptor
    if let snapshot {
      guard let restored = restore(snapshot.position, on: node.disk) else {
        throw Violation("\(node.id): the snapshot \(snapshot.position) cannot be read")
      }
      try compare(restored, snapshot, node)
      machine = restored
    }
    let core = RaftNode(
      id: node.id, settings: settings, recovered: Recovered(recovery), seed: diskDice.next(),
      at: node.clock.local(now))
    let process = LabProcess(
      core, machine, applied: snapshot?.position.index ?? .zero,
      StorageUnit(log, ballot: recovery.ballot, durable: DurableLog(recovery)))
    process.mark = snapshot.map { StateMark(index: $0.position.index, hash: $0.stateHash) }
    node.process = process
    note("\(node.id)", "starts: log \(log.last), state \(process.applied)")
    for peer in nodes where peer !== node {
      schedule(.connect(node.place, peer.place), in: network.delay())
      schedule(.connect(peer.place, node.place), in: network.delay())
    }
    if let mark = process.mark { offer(.applied(process.applied, mark: mark), to: node) }
    offer(.timePassed, to: node)
  }

  func connect(_ from: Int, _ to: Int) {
    guard nodes[from].process != nil, nodes[to].process != nil, !network[from, to].isUp else {
      return
    }
    network[from, to].isUp = true
  }

  private func die(_ node: LabNode<Machine>, _ death: Death) {
    node.lostPower = node.lostPower || death == .power
    guard let process = node.process else { return }
    crashes += 1
    note("\(node.id)", "dies: \(death)")
    // What storage was doing gets as far as the disk lets it; nobody hears of it.
    node.disk.die(after: Int(diskDice.below(24)))
    if process.isWorking, let work = process.work.first { carryOut(work, node, process) }
    if process.storage.isBusy { _ = try? process.storage.complete() }
    node.disk.die()
    bury(node)
  }

  func bury(_ node: LabNode<Machine>) {
    node.process = nil
    node.life += 1
    node.pausedUntil = nil
    node.backlog = []
    for peer in nodes where peer !== node { sever(node.place, peer.place) }
  }

  /// Both directions break; both ends learn of it and dial again.
  private func sever(_ a: Int, _ b: Int) {
    for (from, to) in [(a, b), (b, a)] where network[from, to].isUp {
      _ = network.sever(from: from, to: to)
      offer(.peerReset(nodes[to].id), to: nodes[from])
      schedule(.connect(from, to), in: .milliseconds(50))
    }
  }

  func resume(_ node: LabNode<Machine>) {
    guard let until = node.pausedUntil, until <= now else { return }
    node.pausedUntil = nil
    let missed = node.backlog
    node.backlog = []
    node.process?.timerAt = .distantFuture
    for event in missed { agenda.add(event, at: now) }
    offer(.timePassed, to: node)
  }

  // MARK: Faults

  func injectNext() {
    guard isSafetyPhase else { return }
    for fault in faults.next(leader: leader?.id)?.1 ?? [] where !isLeftOut(fault) {
      note("!!", "\(fault)")
      inject(fault)
    }
    if let pause = faults.pause() { schedule(.fault, in: pause) }
  }

  /// Repair and membership are the product's own: a machine's owner cannot get them wrong, and
  /// `faultlab run` looks after them.
  private func isLeftOut(_ fault: Fault) -> Bool {
    switch fault {
    case .decay, .lie, .churn, .freezeInTransfer: true
    case .crash, .pause, .restart, .cut, .heal, .clog, .reset, .failWrite, .failSync, .stallDisk,
      .fillDisk, .jumpWallClock, .transfer, .snapshot:
      false
    }
  }

  private func inject(_ fault: Fault) {
    switch fault {
    case .crash(let id, let death, let span):
      die(node(id), death)
      schedule(.start(node(id).place), in: span)
    case .restart(let id, let span):
      // No hand-over: a machine's owner has no call for it.
      die(node(id), .process)
      schedule(.start(node(id).place), in: span)
    case .pause(let id, let span):
      guard node(id).process != nil, node(id).pausedUntil == nil else { return }
      node(id).pausedUntil = now + span
      schedule(.resume(node(id).place), in: span)
    case .cut(let paths):
      for path in paths { network[node(path.from).place, node(path.to).place].isCut = true }
    case .heal: network.healCuts()
    case .clog(let path, let span):
      network[node(path.from).place, node(path.to).place].cloggedUntil = now + span
    case .reset(let a, let b): sever(node(a).place, node(b).place)
    case .stallDisk(let id, let span): node(id).stalledUntil = now + span
    case .fillDisk(let id, let span):
      node(id).disk.capacity = node(id).disk.used
      schedule(.spaceReturns(node(id).place), in: span)
    case .failWrite(let id): node(id).disk.failsNextWrite = true
    case .failSync(let id): node(id).disk.failsNextSync = true
    case .jumpWallClock(let id, let milliseconds): node(id).clock.wallOffset += milliseconds
    case .transfer(let id): offer(.transfer(to: nil), to: node(id))
    case .snapshot(let id):
      if let process = node(id).process { proposeMark(node(id), process) }
    case .decay, .lie, .churn, .freezeInTransfer: break
    }
  }

  private func node(_ id: NodeID) -> LabNode<Machine> { nodes[Int(id.number) - 1] }
}
