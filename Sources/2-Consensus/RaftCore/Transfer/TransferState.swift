internal import Determinism
internal import RaftTypes

/// A leader's hand-over (§3.10). It only moves forward: once TimeoutNow has left, this term never
/// proposes, and never holds a lease, again (pitfalls 20, 66).
enum TransferState: Hashable, Sendable {
  case none
  /// Writes are parked until the target has the whole log; given up at `deadline`.
  case catchingUp(to: NodeID, deadline: Instant, parked: [Proposal])
  /// What the term held is given up for good, and the entry that says so is on its way: it must be
  /// committed before the target may lead, so that the target knows. Ends like `handedOver`.
  case parting(to: NodeID, deadline: Instant, parked: [Proposal])
  /// TimeoutNow has left. Whoever has not taken over by `deadline`, this node starts the next
  /// election itself, which makes a stray TimeoutNow void.
  case handedOver(to: NodeID, deadline: Instant, parked: [Proposal])
}
