internal import KeyValueStore
internal import RaftCore
internal import RaftTypes
internal import Replica

// What is checked at every turn, and what at some.
extension World {
  func check(
    _ node: SimulatedNode, _ process: NodeProcess, _ watch: NodeWatch, _ old: RaftNode?,
    _ effects: ReplicaEffects
  ) throws(Violation) {
    let replica = process.replica
    let core = replica.core
    try watch.check(replica)
    if let old {
      do throws(BrokenInvariant) {
        try core.checkTransition(from: old)
        try core.checkInvariants()
      } catch {
        throw Violation(error.description)
      }
    }
    for case .log(let write) in effects.storage {
      guard case .append(let entries) = write.change, let first = entries.first else { continue }
      let before = core.log.term(at: first.index.previous) ?? core.log.base.term
      guard first.index > core.log.base.index else { continue }
      try oracle.saw(
        entries, behind: LogPosition(term: before, index: first.index.previous), in: node.id)
    }
    try checkCommitted(node, core, from: watch.commit)
    if replica.store.appliedIndex != watch.applied {
      try oracle.applied(
        replica.store.appliedIndex, hash: replica.store.stateHash, by: node.id)
    }
    if core.isLeader, !watch.wasLeader || core.term != watch.term { try oracle.leads(core) }
    transcript.mix(core.term.number << 32 ^ core.commit.number << 8 ^ UInt64(node.place))
    transcript.mix(
      core.log.last.index.number << 16 ^ UInt64(effects.frames.count) << 8
        ^ UInt64(effects.answers.count))
    tally.frames += effects.frames.count
  }

  private func checkCommitted(
    _ node: SimulatedNode, _ core: RaftNode, from before: LogIndex
  ) throws(Violation) {
    guard core.commit > before else { return }
    var index = before.next
    while index <= core.commit {
      if let term = core.log.term(at: index) {
        try oracle.committed(LogPosition(term: term, index: index), by: node.id)
      }
      index = index.next
    }
  }

  /// At most one node thinks it holds the address, it is the segment's holder, and it can serve: it
  /// leads, and its term's first entry is applied (pitfalls 61 and 63).
  func checkAddress(_ node: SimulatedNode, _ process: NodeProcess) throws(Violation) {
    let replica = process.replica
    guard replica.holdsAddress else { return }
    guard segment.holder?.place == node.place else {
      throw Violation("\(node.id) believes it holds the address; the segment says otherwise")
    }
    guard case .leader(let leadership) = replica.core.role,
      replica.store.appliedIndex >= leadership.termStart
    else { throw Violation("\(node.id) holds the address and cannot serve") }
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
