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
      switch entry.payload {
      case .command(let bytes):
        let result = store.apply(bytes, at: entry.index, time: entry.logTime)
        marking.count(bytes.count)
        settle(entry.position, result)
      case .genesis(let cluster, _):
        self.cluster = cluster
        store.advance(to: entry.index, time: entry.logTime)
        settle(entry.position, nil)
      case .membership(let membership):
        store.advance(to: entry.index, time: entry.logTime)
        effects.events.append(.changedMembership(membership))
        settle(entry.position, nil)
      case .termStart:
        store.advance(to: entry.index, time: entry.logTime)
        settle(entry.position, nil)
      case .snapshotMark:
        store.advance(to: entry.index, time: entry.logTime)
        settle(entry.position, nil)
        cutView(at: entry)
      }
    }
    inputs.append(.applied(store.appliedIndex, mark: marking.newest))
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
