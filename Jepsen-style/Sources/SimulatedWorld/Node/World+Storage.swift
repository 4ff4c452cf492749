internal import Determinism
internal import Faults
internal import RaftCore
internal import RaftTypes
internal import Replica
internal import WriteAheadLog

// Storage and snapshot work: begun when it is idle, done after a time that the swarm draws.
extension World {
  func beginStorage(_ node: SimulatedNode) {
    guard let process = node.process, process.storage.begin() else { return }
    agenda.add(.storageDone(node.place, life: node.life), at: diskTime(node))
  }

  private func diskTime(_ node: SimulatedNode) -> Instant {
    let mean = swarm.syncMean.nanoseconds
    var span = mean / 2 + diskDice.below(mean + 1)
    if diskDice.chance(1, in: 200) { span *= 20 }
    return max(now, node.stalledUntil) + .nanoseconds(span)
  }

  /// Whether it dies now, in the middle of something.
  private func meetsItsDoom(_ node: SimulatedNode) -> Bool {
    guard let death = node.doom else { return false }
    die(node, death)
    schedule(.start(node.place), in: diskDice.span(from: .zero, to: .seconds(2)))
    return true
  }

  func storageDone(_ node: SimulatedNode) throws(Violation) {
    if meetsItsDoom(node) { return }
    guard let process = node.process else { return }
    let wasFull = process.storage.isFull
    do throws(LogFault) {
      let answers = try process.storage.complete()
      for answer in answers { offer(answer, to: node) }
      node.synced = process.storage.synced
      node.ballot = process.storage.ballot ?? node.ballot
    } catch {
      // What the shell does with a log that is poisoned: the process ends at once.
      note("\(node.id)", "ends: \(error)")
      node.disk.die()
      node.forgives(process.storage.replacing)
      bury(node)
      schedule(.start(node.place), in: .milliseconds(200))
      return
    }
    if let order = process.storage.orderSpare() {
      process.spareOrder = order
      agenda.add(.spareMade(node.place, life: node.life, order), at: diskTime(node))
    }
    if process.storage.isFull {
      if !wasFull { tally.faults.add(.fullDisk) }
      _ = process.storage.begin()
      schedule(.storageDone(node.place, life: node.life), in: .milliseconds(50))
    } else {
      beginStorage(node)
    }
  }

  func spareMade(_ node: SimulatedNode, _ order: SpareOrder) {
    if meetsItsDoom(node) { return }
    let isDone = (try? order.carryOut(on: node.disk)) != nil
    node.process?.spareOrder = nil
    node.process?.storage.submit(.ended(order, isDone: isDone))
    beginStorage(node)
  }

  func beginSnapshot(_ node: SimulatedNode, _ lane: SnapshotUnit.Lane) {
    let begun = max(now, node.stalledUntil)
    let factor = isSafetyPhase ? swarm.snapshotFactors[node.place] : 1
    let span = min(diskTime(node).since(begun) * factor, .seconds(2))
    agenda.add(.snapshotDone(node.place, life: node.life, lane), at: begun + span)
  }

  func snapshotDone(_ node: SimulatedNode, _ lane: SnapshotUnit.Lane) throws(Violation) {
    guard let process = node.process, process.snapshots.isBusy(lane) else { return }
    let (outcome, next) = process.snapshots.complete(lane)
    for input in outcome.inputs {
      if case .recalled(let recall, let entries) = input { try check(recall, entries, of: node) }
      offer(input, to: node)
    }
    if outcome.lacksRoom {
      process.storage.submit(.makeRoom)
      beginStorage(node)
    }
    if let (file, input) = outcome.adopt {
      process.storage.submit(.adopt(file, then: input))
      beginStorage(node)
    }
    if let next { beginSnapshot(node, next) }
  }

  /// What is read back is what was asked for: whatever else stands in the files is void.
  private func check(
    _ recall: Recall, _ entries: [Entry], of node: SimulatedNode
  ) throws(Violation) {
    var wanted = recall.positions[...]
    for entry in entries {
      wanted = wanted.drop { $0.index < entry.index }
      guard wanted.first == entry.position else {
        throw Violation("\(node.id) reads \(entry.position) back, which nobody asked for")
      }
    }
    count(recall, entries)
  }

  private func count(_ recall: Recall, _ entries: [Entry]) {
    if entries.isEmpty { tally.vainRecalls += 1 }
    switch recall.purpose {
    case .replication: tally.recalledToReplicate += entries.count
    case .repair: tally.recalledToRepair += entries.count
    case .application: tally.recalledToApply += entries.count
    }
  }
}
