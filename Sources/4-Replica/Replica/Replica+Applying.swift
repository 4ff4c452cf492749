internal import ClientProtocol
internal import Determinism
internal import KeyValueStore
internal import RaftCore
internal import RaftTypes

// Committed entries become state, in order, and answers to the clients who wait for them.
extension Replica {
  mutating func apply(_ entries: [Entry]) {
    for entry in entries {
      precondition(
        entry.index == store.appliedIndex.next,
        "Replica: entry \(entry.position) does not follow \(store.appliedIndex)")
      let result = store.apply(entry)
      settle(entry.position, result)
      switch entry.payload {
      case .command(let bytes): marking.count(bytes.count, at: now)
      case .genesis(let cluster, _): self.cluster = cluster
      case .membership(let membership): effects.events.append(.changedMembership(membership))
      case .termStart, .address: break
      case .snapshotMark: cutView(at: entry)
      }
    }
    hasApplied = true
    answerReady()
    proposeMark()
  }

  private mutating func settle(_ position: LogPosition, _ result: CommandResult?) {
    var lost: [Ticket] = []
    var applied: Ticket?
    writes.settle(position) { fate in
      switch fate {
      case .applied(let ticket): applied = ticket
      case .overwritten(let ticket): lost.append(ticket)
      }
    }
    if let applied {
      if let result {
        finish(applied, .written(result))
      } else if case .changeMembership? = calls[applied]?.call.request {
        answerMembership(applied)
      }
    }
    // Their entries can never be committed: they may be proposed anew.
    for ticket in lost { enqueue(ticket) }
  }
}
