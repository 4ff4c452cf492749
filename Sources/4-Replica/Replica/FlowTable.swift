internal import NetworkTypes
internal import PeerProtocol
internal import RaftTypes

/// The connections that the newest known holder of the virtual IP has, as far as it told.
///
/// Invariant: all of them are of one term; nothing of an earlier one is taken any more.
struct FlowTable: Sendable {
  private(set) var flows = FlowSet()
  private var term = Term.zero
  private var sequence: UInt64 = 0

  /// Takes an update as far as it is new. A gap before it is not waited out: what it says is true
  /// all the same, and what is missing comes with the next whole one.
  mutating func take(_ update: FlowUpdate) {
    guard update.term > term || (update.term == term && update.sequence > sequence) else { return }
    if update.isWhole || update.term > term { flows = FlowSet() }
    term = update.term
    sequence = update.sequence
    for flow in update.closed { flows.remove(flow) }
    for flow in update.opened { flows.insert(flow) }
  }

  /// Empties the table for a node that holds the address in `term`, and is the newest holder then.
  /// - Returns: whom it has to tell, in pieces that one message takes.
  mutating func inherit(in term: Term) -> [[Flow]] {
    let all = flows.all
    self = FlowTable()
    self.term = term
    return stride(from: 0, to: all.count, by: PeerProtocol.Limits.flows).map {
      Array(all[$0..<min($0 + PeerProtocol.Limits.flows, all.count)])
    }
  }
}
