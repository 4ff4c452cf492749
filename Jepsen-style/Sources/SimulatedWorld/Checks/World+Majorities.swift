internal import Determinism
internal import RaftCore
internal import RaftTypes
internal import Replica

// What majorities are needed for, held against what the nodes really said and have on their disks.
extension World {
  /// Looks at the end of a turn of a leader.
  func checkMajorities(
    _ replica: inout Replica, _ old: NodeView, _ view: NodeView
  ) throws(Violation) {
    let node = node(replica.core.id)
    let before = node.process?.configuration
    if before?.index != replica.core.configurations.effectiveIndex {
      node.process?.configuration = Configuration(replica.core)
    }
    guard view.isLeader, let now = node.process?.configuration else { return }
    // The next one only when the one before is committed (dissertation §4.1; pitfalls 27 and 31).
    if let before, old.isLeader, view.term == old.term, now.index > before.index,
      before.index > view.commit
    {
      throw Violation("\(node.id) follows \(now.index) before \(before.index) is committed")
    }
    let known = before.map { $0.index == now.index ? [now] : [$0, now] } ?? [now]
    if !old.isLeader || view.term > old.term { try checkElected(node, view.term, by: known) }
    if view.commit > old.commit { try checkStands(node, old, view, under: known) }
  }

  // A joint configuration elects by both of its halves (§6).
  private func checkElected(
    _ node: SimulatedNode, _ term: Term, by configurations: [Configuration]
  ) throws(Violation) {
    let isElected = configurations.contains { configuration in
      configuration.membership.halves.allSatisfy { half in
        half.count { self.node($0).hasVoted(for: node.id, in: term) } > half.count / 2
      }
    }
    guard isElected else { throw Violation("\(node.id) leads \(term) and no majority chose it") }
  }

  // What is committed stands on the disks of a majority of each half at that moment (§5.3, §6;
  // pitfalls 4, 11, 12). A turn may append the next configuration, and count by it: then either
  // will do, but for what an uncommitted joint one covers.
  private func checkStands(
    _ node: SimulatedNode, _ old: NodeView, _ view: NodeView, under some: [Configuration]
  ) throws(Violation) {
    func stands(_ index: LogIndex, under configuration: Configuration) -> Bool {
      configuration.membership.halves.allSatisfy { half in
        half.count { self.node($0).hasDurable(index, for: node.id, in: view.term) }
          > half.count / 2
      }
    }
    if let first = some.first, first.membership.isJoint, first.index > old.commit {
      let index = min(view.commit, first.index)
      guard stands(index, under: first) else {
        throw Violation("\(node.id) commits \(index), which one half of two does not have")
      }
    }
    guard some.contains(where: { stands(view.commit, under: $0) }) else {
      throw Violation("\(node.id) commits \(view.commit), which no majority has on its disks")
    }
  }

  /// The beginning of a log, and the snapshot that replaced what was before it, are of the one
  /// history that was chosen (§7; pitfalls 24 and 32).
  func checkBeginning(_ replica: inout Replica, _ old: NodeView, _ view: NodeView) throws(Violation)
  {
    let id = replica.core.id
    if view.base != old.base, !oracle.isChosen(view.base) {
      throw Violation("log matching: the log of \(id) begins behind \(view.base), not chosen")
    }
    guard let snapshot = replica.core.snapshot, snapshot.position != old.snapshot else { return }
    guard oracle.isChosen(snapshot.position) else {
      throw Violation("\(id) has a snapshot of \(snapshot.position), which was never chosen")
    }
    guard snapshot.membership == oracle.membership(at: snapshot.position.index) else {
      throw Violation("\(id): the snapshot \(snapshot.position) names another configuration")
    }
  }

  /// The newest configuration of the log is in force, from its append to its removal (§6; pitfall
  /// 23).
  func checkConfiguration(
    _ replica: inout Replica, _ jobs: [StorageJob]
  ) throws(Violation) {
    let id = replica.core.id
    guard let index = replica.core.configurations.effectiveIndex else { return }
    for case .log(let write) in jobs {
      guard case .append(let entries) = write.change else { continue }
      for entry in entries where entry.isConfiguration && entry.index > index {
        guard !replica.core.log.holds(entry.position) else {
          throw Violation("configuration: \(id) has \(entry.position) and does not follow it")
        }
      }
    }
    guard index > replica.core.snapshot?.position.index ?? .zero,
      index > replica.core.log.base.index,
      node(id).process?.damagedSnapshots.contains(index) == false
    else { return }
    switch replica.core.log.slot(at: index) {
    case .entry(let entry)? where entry.isConfiguration: break
    case .onDisk?: break
    case .entry?, .faulty?, nil:
      throw Violation("configuration: \(id) follows that of \(index), which is not in its log")
    }
  }
}

extension Membership {
  /// Each of which decides: two while a change is under way.
  var halves: [[NodeID]] { outgoing.map { [voters, $0] } ?? [voters] }
}

extension SimulatedNode {
  func hasVoted(for candidate: NodeID, in term: Term) -> Bool {
    votes[term] == candidate || (id == candidate && ballot == Ballot(term: term, vote: id))
  }

  fileprivate func hasDurable(_ index: LogIndex, for leader: NodeID, in term: Term) -> Bool {
    guard id == leader else { return acknowledged[term].map { $0 >= index } ?? false }
    guard let process else { return false }
    return process.storage.durable.reaches(index)
      || index <= process.storage.snapshot?.index ?? .zero
  }
}

extension Entry {
  fileprivate var isConfiguration: Bool {
    switch payload {
    case .genesis, .membership: true
    case .termStart, .command, .address, .snapshotMark: false
    }
  }
}
