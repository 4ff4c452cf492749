package import NetworkTypes
package import RaftTypes

/// What the holder of the virtual IP tells of its connections, so that its successor can tell their
/// clients that it is gone.
///
/// All of it is a hint. A connection that a receiver does not know costs its client the wait that
/// it would have had anyway; one that has ended costs its client's host one answer to a stray
/// packet. So nothing is acknowledged, and what is lost comes again with the next whole update.
package struct FlowUpdate: Hashable, Sendable {
  /// In which the sender holds the address.
  package let term: Term
  /// Grows with every update of a term; an older one says nothing that a newer one did not correct.
  package let sequence: UInt64
  /// Whether what was told before is void. A whole that does not fit goes on in the next updates.
  package let isWhole: Bool
  package let opened: [Flow]
  /// None in a whole update.
  package let closed: [Flow]

  /// - Precondition: at most `Limits.flows` together; a whole update closes none.
  package init(
    term: Term, sequence: UInt64, isWhole: Bool, opened: [Flow], closed: [Flow] = []
  ) {
    let count = opened.count + closed.count
    precondition(count <= Limits.flows, "FlowUpdate: \(count) flows at once")
    precondition(!isWhole || closed.isEmpty, "FlowUpdate: a whole one closes \(closed.count)")
    self.term = term
    self.sequence = sequence
    self.isWhole = isWhole
    self.opened = opened
    self.closed = closed
  }
}
