internal import Determinism
internal import RaftTypes

// How a client's write enters the leader's log (§5.3).
extension RaftNode {
  mutating func propose(_ proposals: [Proposal], _ time: LogTime) {
    switch role.leadership?.transfer {
    case nil: refuse(proposals, .notLeader)
    case .catchingUp, .parting, .handedOver: park(proposals)
    case .some(.none) where isOverloaded: refuse(proposals, .overloaded)
    case .some(.none): appendOwn(proposals, time, announce: true)
    }
  }

  private var isOverloaded: Bool {
    role.leadership?.uncommittedBytes ?? 0 > settings.limits.uncommittedBytes
  }

  /// Appends at the end of the own log, in the own term. Replication follows at the end of the
  /// turn.
  mutating func appendOwn(_ proposals: [Proposal], _ time: LogTime, announce: Bool) {
    logTime = max(logTime, time)
    var entries: [Entry] = []
    entries.reserveCapacity(proposals.count)
    var weight = 0
    var index = log.last.index
    for proposal in proposals {
      index = index.next
      let entry = Entry(
        position: LogPosition(term: term, index: index), logTime: logTime,
        payload: proposal.payload)
      weight += entry.weight
      entries.append(entry)
      if announce {
        effects.appended.append(Appended(ticket: proposal.ticket, position: entry.position))
      }
    }
    guard !entries.isEmpty else { return }
    effects.logWrites.append(log.append(entries))
    for entry in entries { configurations.note(entry) }
    role.leadership?.uncommittedBytes += weight
    grown += weight
  }
}
