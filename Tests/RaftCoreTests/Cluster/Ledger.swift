import Determinism
import RaftCore
import RaftTypes

/// What clients asked for and what they were told.
struct Ledger {
  struct Read {
    let at: NodeID
    /// What was applied somewhere when the read began: its answer may not be older.
    let floor: LogIndex
  }

  private(set) var nextTicket: UInt64 = 1
  var reads: SortedMap<Ticket, Read> = SortedMap()
  private(set) var readsDone = 0
  private(set) var readsRefused = 0
  private(set) var leaseReads = 0
  var appended: SortedMap<Ticket, LogPosition> = SortedMap()
  var refused: SortedMap<Ticket, Refusal> = SortedMap()
  var ready: SortedMap<Ticket, LogIndex> = SortedMap()
  var transfers: [TransferOutcome] = []
  var refusedChanges: SortedMap<Ticket, MembershipRefusal> = SortedMap()
  var quarantines = 0
  var divergences = 0

  mutating func ticket() -> Ticket {
    defer { nextTicket += 1 }
    return nextTicket
  }

  mutating func forgetReads(of id: NodeID) { reads.removeAll { $1.at == id } }

  /// Linearizability by index: a read sees everything that was acknowledged before it began.
  mutating func record(_ effects: Effects, of id: NodeID) throws {
    for ready in effects.readsReady {
      guard let read = reads.remove(ready.ticket), read.at == id else {
        throw Violation("\(id) answers read \(ready.ticket), which does not wait there")
      }
      guard ready.index >= read.floor else {
        throw Violation("stale read at \(id): \(ready.index) after \(read.floor)")
      }
      self.ready[ready.ticket] = ready.index
      readsDone += 1
    }
    leaseReads += effects.leaseReads
    for refusal in effects.refusedReads {
      guard reads.remove(refusal.ticket) != nil else {
        throw Violation("\(id) refuses read \(refusal.ticket), which does not wait there")
      }
      refused[refusal.ticket] = refusal.reason
      readsRefused += 1
    }
    for one in effects.appended { appended[one.ticket] = one.position }
    for one in effects.refusedProposals { refused[one.ticket] = one.reason }
    if let outcome = effects.transfer { transfers.append(outcome) }
    for one in effects.refusedChanges { refusedChanges[one.ticket] = one.reason }
    if effects.quarantine != nil { quarantines += 1 }
    if effects.divergence != nil { divergences += 1 }
  }
}
