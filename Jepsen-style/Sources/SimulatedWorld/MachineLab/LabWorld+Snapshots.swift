internal import Determinism
internal import Faults
internal import RaftCore
internal import RaftTypes
internal import Replica
internal import WriteAheadLog

// Storage and snapshots: begun when the disk is idle, done after a time that the swarm draws.
extension LabWorld {
  func beginStorage(_ node: LabNode<Machine>, _ process: LabProcess<Machine>) {
    guard process.storage.begin() else { return }
    agenda.add(.storageDone(node.place, life: node.life), at: diskTime(node))
  }

  func storageDone(_ node: LabNode<Machine>) throws(Violation) {
    guard let process = node.process else { return }
    do throws(LogFault) {
      for answer in try process.storage.complete() { heard(answer, node, process) }
    } catch {
      // A poisoned log: the process ends at once and starts anew.
      note("\(node.id)", "ends: \(error)")
      node.disk.die()
      bury(node)
      schedule(.start(node.place), in: .milliseconds(200))
      return
    }
    if let order = process.storage.orderSpare() {
      agenda.add(.spareMade(node.place, life: node.life, order), at: diskTime(node))
    }
    if process.storage.isFull {
      _ = process.storage.begin()
      schedule(.storageDone(node.place, life: node.life), in: .milliseconds(50))
    } else {
      beginStorage(node, process)
    }
  }

  func spareMade(_ node: LabNode<Machine>, _ order: SpareOrder) {
    guard let process = node.process else { return }
    let isDone = (try? order.carryOut(on: node.disk)) != nil
    process.storage.submit(.ended(order, isDone: isDone))
    beginStorage(node, process)
  }

  // What the storage of `World` says to a replica, said to consensus.
  private func heard(
    _ answer: ReplicaInput, _ node: LabNode<Machine>, _ process: LabProcess<Machine>
  ) {
    if case .ballotSaved(let ballot) = answer {
      process.ballotsInFlight -= 1
      offer(.ballotDurable(ballot), to: node)
      guard process.ballotsInFlight == 0 else { return }
      for envelope in process.held { send(envelope, from: node) }
      process.held = []
    } else if case .logSynced(let completion) = answer {
      offer(.logDurable(completion), to: node)
    } else if case .snapshotWritten(let snapshot, _) = answer {
      process.isWriting = false
      snapshots += 1
      note("\(node.id)", "has written the snapshot \(snapshot.position)")
      offer(.snapshotTaken(snapshot), to: node)
    } else if case .timePassed = answer, !process.adopting.isEmpty {
      adopted(process.adopting.removeFirst(), node, process)
    }
  }

  private func diskTime(_ node: LabNode<Machine>) -> Instant {
    let mean = swarm.syncMean.nanoseconds
    return max(now, node.stalledUntil) + .nanoseconds(mean / 2 + diskDice.below(mean + 1))
  }

  // MARK: Snapshots

  func proposeMark(_ node: LabNode<Machine>, _ process: LabProcess<Machine>) {
    guard !process.isMarkProposed, !process.isWriting else { return }
    process.isMarkProposed = true
    offer(
      .propose([Proposal(ticket: Self.markTicket, payload: .snapshotMark)], node.clock.wall(now)),
      to: node)
  }

  /// Every node cuts its state at the mark's index.
  func cut(at entry: Entry, _ process: LabProcess<Machine>) {
    process.sinceMark = 0
    process.isMarkProposed = false
    process.mark = StateMark(index: entry.index, hash: process.machine.stateHash)
    writeSnapshot(at: entry, process)
  }

  /// - Parameter entry: the last one that was applied.
  func writeSnapshot(at entry: Entry, _ process: LabProcess<Machine>) {
    guard !process.isWriting, let membership = process.core.configurations.at(entry.index)
    else { return }
    process.isWriting = true
    let snapshot = SnapshotDescriptor(
      position: entry.position, logTime: entry.logTime, membership: membership, cluster: cluster,
      stateHash: process.machine.stateHash)
    process.work.append(.write(snapshot, Array(process.machine.snapshot())))
  }

  func beginSnapshot(_ node: LabNode<Machine>, _ process: LabProcess<Machine>) {
    guard !process.isWorking, !process.work.isEmpty else { return }
    process.isWorking = true
    agenda.add(.snapshotDone(node.place, life: node.life), at: diskTime(node))
  }

  func snapshotDone(_ node: LabNode<Machine>) {
    guard let process = node.process else { return }
    process.isWorking = false
    carryOut(process.work.removeFirst(), node, process)
    beginStorage(node, process)
    beginSnapshot(node, process)
  }

  // On a full or dying disk a snapshot is given up: the next mark, or the leader, tries again.
  func carryOut(
    _ work: LabProcess<Machine>.SnapshotWork, _ node: LabNode<Machine>,
    _ process: LabProcess<Machine>
  ) {
    do throws(LogFault) {
      switch work {
      case .write(let snapshot, let bytes):
        process.isWriting = false
        var writer = try SnapshotWriter(node.disk, snapshot)
        try writer.append(bytes[...])
        let file = try writer.finish()
        process.isWriting = true
        process.storage.submit(
          .adopt(file, then: .snapshotWritten(snapshot, bytes: UInt64(file.size))))
      case .store(let chunk): try store(chunk, node, process)
      case .recall(let recall):
        var reader = LogReader(node.disk)
        offer(.recalled(recall, reader.entries(at: recall.positions)), to: node)
      case .send(let wanted):
        let reader = try SnapshotReader(node.disk, snapshot: wanted.snapshot.position)
        let offset = min(Int(clamping: wanted.offset), reader.size)
        let bytes = try reader.fileBytes(swarm.chunkBytes, at: offset)
        guard process.core.isLeader else { return }
        let chunk = SnapshotChunk(
          snapshot: wanted.snapshot, offset: UInt64(offset), size: UInt64(reader.size),
          bytes: bytes[...])
        send(
          Envelope(
            from: node.id, to: wanted.to, term: process.core.term, message: .snapshotChunk(chunk)),
          from: node)
      }
    } catch {
      note("\(node.id)", "gives up a snapshot: \(error)")
      if case .store = work { process.incoming = nil }
    }
  }

  private func store(
    _ chunk: SnapshotChunk, _ node: LabNode<Machine>, _ process: LabProcess<Machine>
  ) throws(LogFault) {
    let size = Int(clamping: chunk.size)
    if process.incoming?.descriptor != chunk.snapshot || process.incoming?.size != size {
      process.incoming = try SnapshotReceiver(node.disk, chunk.snapshot, size: size)
    }
    guard var receiver = process.incoming else { return }
    process.incoming = nil
    try receiver.append(offset: Int(clamping: chunk.offset), chunk.bytes)
    offer(
      .chunkStored(chunk.snapshot.position, received: UInt64(receiver.received)), to: node)
    guard receiver.received == receiver.size else {
      process.incoming = receiver
      return
    }
    let file = try receiver.finish()
    process.adopting.append(file.descriptor)
    process.storage.submit(.adopt(file, then: .timePassed))
  }

  /// A received snapshot is on the shelf: its state waits for consensus to install it.
  private func adopted(
    _ snapshot: SnapshotDescriptor, _ node: LabNode<Machine>, _ process: LabProcess<Machine>
  ) {
    guard let machine = restore(snapshot.position, on: node.disk) else { return }
    if let loaded = process.loaded, loaded.snapshot.position.index > snapshot.position.index {
      return
    }
    process.loaded = (snapshot, machine)
    offer(.snapshotReceived(snapshot), to: node)
  }

  func install(
    _ snapshot: SnapshotDescriptor, _ node: LabNode<Machine>, _ process: LabProcess<Machine>
  ) throws(Violation) {
    guard let loaded = process.loaded, loaded.snapshot == snapshot else {
      throw Violation("\(node.id): \(snapshot.position) is to be installed but not loaded")
    }
    installs += 1
    note("\(node.id)", "installs the snapshot \(snapshot.position)")
    try compare(loaded.machine, snapshot, node)
    process.machine = loaded.machine
    process.applied = snapshot.position.index
    process.mark = StateMark(index: snapshot.position.index, hash: snapshot.stateHash)
    process.isMarkProposed = false
    process.sinceMark = 0
    let lost = process.pending.removeAll { index, _ in index <= process.applied }
    for (_, pending) in lost { end(pending.operation, .unknown, at: nil) }
  }

  /// A machine that came out of a snapshot is the machine that went into it.
  func compare(
    _ machine: Machine, _ snapshot: SnapshotDescriptor, _ node: LabNode<Machine>
  ) throws(Violation) {
    guard machine.stateHash == snapshot.stateHash else {
      throw Violation(
        "states differ: \(node.id) restores \(snapshot.position) to another state than was cut")
    }
  }

  func restore(_ position: LogPosition, on disk: SimulatedDisk) -> Machine? {
    guard var reader = try? SnapshotReader(disk, snapshot: position) else { return nil }
    var bytes: [UInt8] = []
    do throws(LogFault) {
      while let chunk = try reader.next() { bytes += chunk }
    } catch {
      return nil
    }
    return Machine(restoring: bytes[...])
  }
}
