internal import KeyValueStore
internal import RaftCore
internal import RaftTypes
internal import Replica

// What is checked at every turn, and what at some.
extension World {
  /// Looks at a turn's end, with the replica in place.
  func check(
    _ replica: inout Replica, _ old: NodeView, _ view: NodeView, _ effects: ReplicaEffects
  ) throws(Violation) {
    let id = replica.core.id
    try view.check(after: old, of: id)
    try checkLog(&replica, effects.storage)
    if !effects.storage.isEmpty { try checkConfiguration(&replica, effects.storage) }
    if view.commit > old.commit {
      try checkCommitted(&replica, old.commit, view.commit)
      if view.isLeader, old.isLeader, view.term == old.term { try checkCounting(&replica) }
    }
    try checkMajorities(&replica, old, view)
    try checkBeginning(&replica, old, view)
    if view.applied > old.applied {
      try oracle.applied(view.applied, hash: replica.store.stateHash, by: id)
    }
    if view.isLeader, !old.isLeader || view.term != old.term { try oracle.leads(replica.core) }
    if view.holdsAddress, !old.holdsAddress { try checkHolder(&replica) }
    transcript.mix(view.term.number << 32 ^ view.commit.number << 8 ^ id.number)
    transcript.mix(
      view.last.index.number << 16 ^ UInt64(effects.frames.count) << 8
        ^ UInt64(effects.answers.count))
    tally.frames += effects.frames.count
  }

  // Backwards: what stood before a write is known unless a later one of the same turn replaced it.
  private func checkLog(
    _ replica: inout Replica, _ jobs: [StorageJob]
  ) throws(Violation) {
    var replaced = LogIndex(.max)
    for case .log(let write) in jobs.reversed() {
      guard case .append(let entries) = write.change, let first = entries.first else { return }
      let previous = first.index.previous
      if previous < replaced, let before = replica.core.log.term(at: previous) {
        try oracle.saw(
          entries, behind: LogPosition(term: before, index: previous), in: replica.core.id)
      }
      replaced = min(replaced, first.index)
    }
  }

  private func checkCommitted(
    _ replica: inout Replica, _ before: LogIndex, _ commit: LogIndex
  ) throws(Violation) {
    var index = before.next
    while index <= commit {
      // What was compacted in the same turn came with a snapshot.
      if let term = replica.core.log.term(at: index), index > replica.core.log.base.index {
        try oracle.committed(
          LogPosition(term: term, index: index), by: replica.core.id, in: replica.core.term)
      }
      index = index.next
    }
  }

  // Figure 8: copies of an older term's entry decide nothing (pitfall 1).
  private func checkCounting(_ replica: inout Replica) throws(Violation) {
    let (id, term, commit) = (replica.core.id, replica.core.term, replica.core.commit)
    guard replica.core.log.term(at: commit) == term else {
      throw Violation("\(id) in \(term): a leader commits only its own term's entries by counting")
    }
  }

  // Whoever takes the address can serve at once (pitfall 63).
  private func checkHolder(_ replica: inout Replica) throws(Violation) {
    let id = replica.core.id
    guard case .leader(let leadership) = replica.core.role,
      replica.store.appliedIndex >= leadership.termStart
    else { throw Violation("\(id) holds the address and cannot serve") }
  }

  /// Somebody who thinks it holds the address, and somebody else who has it: never at once. A
  /// kernel may have ended it a moment before the process lets go; clocks beyond their bound may
  /// have it ended late.
  func checkAddress(_ node: SimulatedNode, _ view: NodeView) throws(Violation) {
    guard !toleratesHolders, view.holdsAddress,
      segment.holders(at: now).contains(where: { $0 != node.place }), clocksKeepTheirBound
    else { return }
    throw Violation("\(node.id) holds the address no more and does not know it")
  }

  /// Every live node has the same state, and nothing acknowledged is missing from it.
  func convergence(of quorum: [SimulatedNode]) -> String? {
    let states = quorum.compactMap { node in
      node.process.map { (node.id, $0.replica.store.appliedIndex, $0.replica.store.stateHash) }
    }
    guard states.count == quorum.count, let first = states.first else { return "a node is down" }
    for state in states where state.1 != first.1 || state.2 != first.2 {
      return "\(first.0) has applied \(first.1), \(state.0) \(state.1)"
    }
    guard first.1 >= oracle.acknowledged, first.1 == oracle.end else {
      return "\(first.0) has applied \(first.1), chosen is \(oracle.end)"
    }
    return nil
  }
}
