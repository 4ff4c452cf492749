internal import Determinism
internal import Faults
internal import KeyValueStore
internal import PeerProtocol
internal import RaftCore
internal import RaftTypes
internal import Replica
internal import WriteAheadLog

// Nodes begin and end: recovery from whatever the disk holds, and death in the middle of anything.
extension World {
  func start(_ node: SimulatedNode) throws(Violation) {
    guard !node.isGone else { return }
    guard try settleDisk(node) else {
      schedule(.start(node.place), in: .seconds(1))
      return
    }
    node.life += 1
    node.pausedUntil = nil
    node.backlog = []
    guard let (log, recovery, store) = try recover(node) else { return }
    let process = NodeProcess(
      Replica(
        settings: replicaSettings(node), recovered: Recovered(recovery), store: store,
        seed: diskDice.next(), at: node.clock.local(now)),
      StorageUnit(log, ballot: node.ballot, durable: DurableLog(recovery)),
      SnapshotUnit(node.disk, chunkBytes: swarm.chunkBytes))
    process.damagedSnapshots = recovery.damaged.map(\.index)
    node.process = process
    note("\(node.id)", "starts: \(node.ballot), log \(log.last), \(recovery.notes)")
    for peer in nodes where peer !== node { redial(node.place, peer.place) }
    for position in recovery.damaged.prefix(1) { offer(.snapshotDamaged(position), to: node) }
    offer(.timePassed, to: node)
  }

  private func recover(
    _ node: SimulatedNode
  ) throws(Violation) -> (WriteAheadLog<SimulatedDisk>, Recovery, Store)? {
    let opening: Opening<SimulatedDisk>
    var state: Result<Store, SnapshotFault>?
    do throws(LogFault) {
      opening = try WriteAheadLog.open(
        node.disk, logOptions, renewal: newIncarnation()
      ) { reader throws(LogFault) in
        state = try SnapshotLoading.read(&reader)
      }
    } catch {
      guard case .diskFull = error else {
        throw Violation("\(node.id) cannot recover from a crash: \(error)")
      }
      // A person would free space; here it comes back by itself.
      schedule(.start(node.place), in: .milliseconds(500))
      return nil
    }
    guard case .opened(let log, let recovery) = opening else {
      throw Violation("\(node.id): a formatted disk is empty after a crash")
    }
    node.incarnation = recovery.identity.incarnation
    try checkRecovery(node, log, recovery)
    guard let snapshot = recovery.snapshot else { return (log, recovery, Store()) }
    guard case .success(let store)? = state else {
      throw Violation(
        "\(node.id): the snapshot \(snapshot.path) cannot be loaded: \(String(describing: state))")
    }
    return (log, recovery, store)
  }

  /// A crash takes nothing that a sync covered: neither log nor ballot (pitfalls 2 and 4).
  private func checkRecovery(
    _ node: SimulatedNode, _ log: WriteAheadLog<SimulatedDisk>, _ recovery: Recovery
  ) throws(Violation) {
    guard node.hasKept(log.last) else {
      throw Violation(
        "\(node.id) had synced \(node.synced), after the crash its log ends at \(log.last)")
    }
    let ballot = recovery.ballot
    guard
      ballot.term > node.ballot.term || ballot == node.ballot
        || (ballot.term == node.ballot.term && node.ballot.vote == nil)
    else {
      throw Violation("\(node.id) had saved \(node.ballot), the crash left \(recovery.ballot)")
    }
    node.recovered(log.last, ballot)
  }

  // An operator may change it with any restart.
  private func offersLeaseReads() -> Bool {
    switch swarm.leaseReads {
    case .none: false
    case .all: true
    case .some: diskDice.chance(2, in: 3)
    }
  }

  private func replicaSettings(_ node: SimulatedNode) -> ReplicaSettings {
    var settings = ReplicaSettings(
      id: node.id, incarnation: node.incarnation, cluster: cluster,
      consensus: self.settings.with(leaseReads: offersLeaseReads()), pid: UInt32(node.place),
      clientAddress: "\(node.id):2", peerAddress: "\(node.id):1", virtualAddress: "10.0.0.1:1")
    if let terms = node.terms { settings.addressTerms = terms }
    settings.limits.markBytesLeast = 1 << 20
    settings.limits.quietBytesLeast = 1 << 10
    settings.limits.lastSnapshotLeast = 1 << 10
    settings.limits.markEntriesLeast = swarm.markEntries
    settings.limits.chunkBytes = swarm.chunkBytes
    return settings
  }

  /// The process ends in the middle of whatever storage was doing for it.
  func die(_ node: SimulatedNode, _ death: Death) {
    node.doom = nil
    guard let process = node.process else {
      if death == .power { node.lostPower = true }
      return
    }
    tally.faults.add(death == .power ? .powerLoss : .kill)
    note("\(node.id)", "dies: \(death)")
    // The jobs under way get as far as the disk lets them; nobody hears of it.
    if let order = process.spareOrder, diskDice.chance(1, in: 2) {
      // It takes half a dozen steps.
      node.disk.die(after: Int(diskDice.below(8)))
      try? order.carryOut(on: node.disk)
    }
    if !node.disk.isDown { node.disk.die(after: Int(diskDice.below(24))) }
    if diskDice.chance(1, in: 2) { crashSnapshots(process) }
    finishStorage(node, process)
    crashSnapshots(process)
    node.disk.die()
    node.lostPower = node.lostPower || death == .power
    bury(node, death)
  }

  // What storage was doing may succeed before the end, though nobody hears of it.
  private func finishStorage(_ node: SimulatedNode, _ process: NodeProcess) {
    if process.storage.isBusy, (try? process.storage.complete()) != nil {
      node.synced = process.storage.synced
      node.ballot = process.storage.ballot ?? node.ballot
    }
    node.forgives(process.storage.replacing)
  }

  private func crashSnapshots(_ process: NodeProcess) {
    for lane in SnapshotUnit.Lane.allCases where process.snapshots.isBusy(lane) {
      _ = process.snapshots.complete(lane)
    }
  }

  /// A process is gone: its sockets close, its clients hear nothing more.
  func bury(_ node: SimulatedNode, _ death: Death = .process) {
    node.lastConfiguration = node.process.flatMap(Configuration.init) ?? node.lastConfiguration
    node.process = nil
    node.life += 1
    node.pausedUntil = nil
    node.backlog = []
    addressOrphaned(at: node, by: death)
    for peer in nodes where peer !== node {
      sever(node.place, peer.place, reset: true)
      sever(peer.place, node.place, reset: true)
    }
    clientsLose(node.place)
  }

  /// The replica has handed over and answered everybody: a clean end.
  func stopped(_ node: SimulatedNode) {
    note("\(node.id)", "has stopped")
    if let process = node.process {
      finishStorage(node, process)
      if let (snapshot, view) = process.replica.lastSnapshot {
        writeLast(snapshot, view, on: node)
      }
    }
    node.disk.die()
    bury(node)
    // The start that belongs to the stop may have come while the node was frozen, and nobody else
    // brings back what is healed for good.
    if !isSafetyPhase, !node.isGone { schedule(.start(node.place), in: settings.electionLeast) }
  }

  // The disk may refuse, or forget what was written: then there is the log.
  private func writeLast(
    _ snapshot: SnapshotDescriptor, _ view: StoreView, on node: SimulatedNode
  ) {
    do throws(LogFault) {
      var writer = try SnapshotWriter(node.disk, snapshot)
      for chunk in SnapshotEncoder(view) { try writer.append(chunk[...]) }
      _ = try writer.finish()
      note("\(node.id)", "leaves a snapshot at \(snapshot.position)")
    } catch {
      note("\(node.id)", "leaves no snapshot: \(error)")
    }
  }

  func resume(_ node: SimulatedNode) {
    guard let until = node.pausedUntil, until <= now else { return }
    note("\(node.id)", "thaws")
    node.pausedUntil = nil
    let missed = node.backlog
    node.backlog = []
    node.process?.timerAt = .distantFuture
    for event in missed { agenda.add(event, at: now) }
    offer(.timePassed, to: node)
  }
}
