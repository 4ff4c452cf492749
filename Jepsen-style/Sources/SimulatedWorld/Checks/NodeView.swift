internal import Determinism
internal import KeyValueStore
internal import RaftCore
internal import RaftTypes
internal import Replica

/// What there is to see of a replica between two turns, and what may not fall from one to the next.
///
/// Taken once a turn. A replica is a large value, and looking at one inside a class copies it;
/// hence the `inout`, which changes nothing.
struct NodeView {
  let term: Term
  let vote: NodeID?
  let commit: LogIndex
  let applied: LogIndex
  let last: LogPosition
  /// What the log's first entry follows, and where the newest snapshot stands.
  let base: LogPosition
  let snapshot: LogPosition?
  let isLeader: Bool
  let leader: NodeID?
  let holdsAddress: Bool
  let nextDeadline: Instant
  /// From when its lease counts, if it leads and has one.
  let leaseFrom: Instant?
  /// Whether the log has slots whose bodies are lost: such a node may not stand for election.
  let isFaulty: Bool
  /// Whether its state can be trusted; without that it waits for another's.
  let isSound: Bool
  /// Reads that a lease answered in this life.
  let leaseReads: UInt64
  private let handedOut: LogIndex

  init(_ replica: inout Replica) {
    // Stored properties where there are any: a computed one of another module is called with a
    // copy of the whole node.
    term = replica.core.ballot.term
    vote = replica.core.ballot.vote
    commit = replica.core.commit
    handedOut = replica.core.handedOut
    applied = replica.store.appliedIndex
    last = replica.core.log.last
    base = replica.core.log.base
    snapshot = replica.core.snapshot?.position
    switch replica.core.role {
    case .leader:
      isLeader = true
      leader = replica.core.id
    case .follower(let follower):
      isLeader = false
      leader = follower.leader
    case .preCandidate, .candidate:
      isLeader = false
      leader = nil
    }
    holdsAddress = replica.holdsAddress
    nextDeadline = replica.nextDeadline
    leaseFrom = replica.core.leaseFrom
    leaseReads = replica.leaseReads
    isFaulty = !replica.core.log.faulty.isEmpty
    isSound = replica.core.stateIsSound
  }

  /// What holds at every turn after another (figure 3 of the paper, and the replica's own order).
  func check(after old: NodeView, of id: NodeID) throws(Violation) {
    try demand(term >= old.term, id, "a term only grows")
    try demand(
      term > old.term || old.vote == nil || vote == old.vote, id, "a vote is not taken back")
    try demand(commit >= old.commit, id, "the commit index never falls")
    // A state that is lost or wrong is replaced by another's, and the log goes on from there.
    try demand(
      applied >= old.applied || (isSound && !old.isSound), id, "nothing applied is forgotten")
    try demand(applied == handedOut || !isSound, id, "what is handed out is applied at once")
    try demand(
      !old.isLeader || !isLeader || term > old.term || last >= old.last, id,
      "a leader only appends (§5.3)")
    try demand(!holdsAddress || isLeader, id, "who holds the address leads (pitfall 61)")
    try demand(
      !holdsAddress || !old.holdsAddress || term == old.term, id,
      "the address is let go of between two terms")
  }

  private func demand(_ holds: Bool, _ id: NodeID, _ rule: String) throws(Violation) {
    if !holds { throw Violation("\(id) in \(term): \(rule)") }
  }
}
