internal import Determinism
internal import RaftTypes

// When an entry is committed (§5.3, §5.4.2).
extension RaftNode {
  /// An entry is committed when a quorum holds it durably and it is of this leader's own term; the
  /// ones before it follow. Never by counting an older term's entry (Figure 8, pitfall 1). The
  /// leader counts itself only as far as its own disk has answered (pitfall 12), and not at all
  /// when it is no voter (pitfall 11).
  mutating func advanceCommitByCounting() {
    guard case .leader(let leadership) = role, let membership else { return }
    let reached = Quorum.reached(in: membership) { voter in
      voter == id ? log.durable : leadership.progress[voter]?.match ?? .zero
    }
    guard reached > commit, log.term(at: reached) == term else { return }
    advanceCommit(to: reached)
    if leaseFrom == nil { renewLease() }
  }

  /// Moves the commit index, never back and never beyond the log.
  mutating func advanceCommit(to index: LogIndex) {
    commit = max(commit, min(index, log.last.index))
  }

  /// Hands to the state machine what is newly committed, in order; a slot without its body holds it
  /// up.
  mutating func handOutCommitted() {
    guard handedOut < commit, stateIsSound else { return }
    // Until what follows is in no memory: then the last pass has asked storage for it.
    while handedOut < commit, handOut(entriesToApply()) || handOut(recalledToApply()) {}
  }

  private func entriesToApply() -> [Entry] {
    log.entries(from: handedOut.next, through: commit, limit: .max)
  }

  /// - Parameter entries: those behind what was handed out, committed.
  /// - Returns: whether there were any.
  private mutating func handOut(_ entries: [Entry]) -> Bool {
    guard let last = entries.last else { return false }
    handedOut = last.index
    effects.committed.append(contentsOf: entries)
    if role.leadership != nil {
      let own = entries.reduce(0) { $1.term == term ? $0 + $1.weight : $0 }
      role.leadership?.uncommittedBytes -= own
    }
    return true
  }
}
