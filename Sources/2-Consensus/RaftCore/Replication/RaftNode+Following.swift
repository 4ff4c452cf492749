internal import Determinism
internal import RaftTypes

// How a follower takes over its leader's log (§5.3).
extension RaftNode {
  mutating func accept(_ append: Append, from leader: NodeID) {
    guard let (previous, entries) = beyondBase(append) else {
      // All of it lies in the compacted, committed part: nothing to compare, nothing to remove
      // (pitfall 8).
      verify(upTo: log.base.index)
      acknowledge(upTo: log.base.index, to: leader)
      return
    }
    guard log.holds(previous) else {
      send(.appendReply(.rejected(previous: append.previous, hint: hint(previous))), to: leader)
      return
    }
    take(entries)
    verify(upTo: append.last.index)
    advanceCommit(to: min(append.commit, append.last.index))
    acknowledge(upTo: append.last.index, to: leader)
  }

  /// Storage's answer. What became durable is acknowledged now, unless it belongs to a log that
  /// another leader's has replaced in the meantime (pitfall 13).
  mutating func logBecameDurable(_ completion: LogCompletion) {
    log.completed(completion)
    switch role {
    case .leader: advanceCommitByCounting()
    case .preCandidate, .candidate: break
    case .follower(let follower):
      guard follower.owes, let leader = follower.leader else { return }
      sendAcknowledgement(to: leader)
    }
  }

  var verified: LogIndex { role.follower?.verified ?? .zero }

  /// The log equals the leader's up to `index`.
  mutating func verify(upTo index: LogIndex) {
    let reached = max(verified, index)
    role.follower?.verified = reached
  }

  /// The part of an append that lies behind the compacted log; nil when there is none.
  private func beyondBase(_ append: Append) -> (LogPosition, ArraySlice<Entry>)? {
    guard append.previous.index < log.base.index else {
      return (append.previous, append.entries[...])
    }
    guard append.last.index > log.base.index else { return nil }
    let skipped = log.base.index.distance(from: append.previous.index)
    precondition(
      append.entries[skipped - 1].position == log.base,
      "RaftNode \(id): leader of \(term) contradicts the committed \(log.base)")
    return (log.base, append.entries.dropFirst(skipped))
  }

  /// Keeps what is already there, fills what rotted, and only where the terms really differ removes
  /// anything (pitfall 6).
  private mutating func take(_ entries: ArraySlice<Entry>) {
    var fresh = entries
    var fillings: [Entry] = []
    while let entry = fresh.first, let slot = log.slot(at: entry.index),
      slot.position == entry.position
    {
      if case .faulty = slot { fillings.append(entry) }
      fresh.removeFirst()
    }
    if !fillings.isEmpty {
      effects.logWrites.append(log.fill(fillings))
      for entry in fillings {
        configurations.note(entry)
        logTime = max(logTime, entry.logTime)
      }
    }
    guard let first = fresh.first else { return }
    if first.index <= log.last.index {
      precondition(
        first.index > commit,
        "RaftNode \(id): leader of \(term) contradicts committed \(first.index) (commit \(commit))")
      configurations.truncate(from: first.index)
      effects.logWrites.append(log.replace(with: Array(fresh)))
    } else {
      effects.logWrites.append(log.append(Array(fresh)))
    }
    for entry in fresh { configurations.note(entry) }
    logTime = max(logTime, fresh.last?.logTime ?? logTime)
  }

  /// Where the leader should look next: the last place that could match a log with `previous` in
  /// it.
  private func hint(_ previous: LogPosition) -> LogPosition {
    let index = log.lastIndex(atMost: previous.index.previous, term: previous.term)
    return LogPosition(term: log.term(at: index) ?? log.base.term, index: index)
  }

  /// Says how far the log matches and is durable. While the disk still works on it, nothing is
  /// said: the disk's answer will (pitfall 4). When the disk has nothing to do, a slot that rotted
  /// is in the way, and the leader must learn where.
  private mutating func acknowledge(upTo index: LogIndex, to leader: NodeID) {
    role.follower?.owes = true
    if log.durable >= index || !log.isWriting { sendAcknowledgement(to: leader) }
  }

  mutating func sendAcknowledgement(to leader: NodeID) {
    let index = min(max(verified, commit), log.durable)
    guard index >= log.base.index, let term = log.term(at: index) else { return }
    if log.durable >= verified { role.follower?.owes = false }
    send(.appendReply(.accepted(durable: LogPosition(term: term, index: index))), to: leader)
  }
}
