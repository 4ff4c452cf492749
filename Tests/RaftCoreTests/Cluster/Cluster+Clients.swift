import BinaryCodec
import Determinism
import RaftTypes

@testable import RaftCore

// What tests do to a cluster.
extension Cluster {
  /// Who leads in the highest term, if anybody.
  var leader: NodeID? {
    ids.filter { isUp($0) && self[$0].isLeader }.max { self[$0].term < self[$1].term }
  }

  /// Runs until somebody leads and its term's first entry is committed.
  @discardableResult
  mutating func elect(
    atMost patience: TimeSpan = .seconds(10), where fits: (NodeID) -> Bool = { _ in true }
  ) throws -> NodeID {
    try run(atMost: patience) { cluster in
      guard let leader = cluster.leader, fits(leader) else { return false }
      return cluster.hasCommittedInTerm(leader)
    }
    guard let leader else { throw Violation("no leader") }
    return leader
  }

  func hasCommittedInTerm(_ id: NodeID) -> Bool {
    guard case .leader(let leadership) = self[id].role else { return false }
    return self[id].commit >= leadership.termStart
  }

  @discardableResult
  mutating func propose(_ text: String, at id: NodeID) throws -> Ticket {
    let ticket = ledger.ticket()
    let proposal = Proposal(ticket: ticket, payload: .command(Bytes(text.utf8)))
    try step(id, .propose([proposal], LogTime(milliseconds: now.nanoseconds / 1_000_000)))
    return ticket
  }

  @discardableResult
  mutating func propose(_ membership: Membership, at id: NodeID) throws -> Ticket {
    let ticket = ledger.ticket()
    try step(id, .propose([Proposal(ticket: ticket, payload: .membership(membership))], .zero))
    return ticket
  }

  @discardableResult
  mutating func change(_ change: MembershipChange, at id: NodeID) throws -> Ticket {
    let ticket = ledger.ticket()
    try step(id, .changeMembership(change, ticket))
    return ticket
  }

  /// Whether nothing is left to do about the membership, at whoever leads, and it is committed. A
  /// learner that does not exist may stay in it: nobody waits for those.
  var isSettled: Bool {
    guard let leader, let membership = self[leader].membership,
      let index = self[leader].configurations.effectiveIndex
    else { return false }
    return !membership.isJoint && membership.prospects.isEmpty && index <= self[leader].commit
      && hasCommittedInTerm(leader)
      && membership.members.allSatisfy { id, member in
        servers[id].map { $0.disk.incarnation == member.incarnation } ?? !membership.isVoter(id)
      }
  }

  @discardableResult
  mutating func read(at id: NodeID, byLease: Bool = false) throws -> Ticket {
    let ticket = ledger.ticket()
    ledger.reads[ticket] = Ledger.Read(at: id, floor: oracle.end)
    try step(id, byLease ? .readByLease([ticket]) : .read([ticket]))
    return ticket
  }

  /// Cuts every link between nodes of different groups; those in no group are alone.
  mutating func partition(_ groups: [[NodeID]]) {
    heal()
    for a in ids {
      for b in ids where a != b && !groups.contains(where: { $0.contains(a) && $0.contains(b) }) {
        network.cut(a, b)
      }
    }
  }

  mutating func heal() { network.cut = SortedMap() }

  /// Hands a kept message to its receiver now.
  mutating func deliverKept(where fits: (Envelope) -> Bool = { _ in true }) throws {
    let chosen = kept.filter(fits)
    kept.removeAll(where: fits)
    for envelope in chosen where isUp(envelope.to) { try step(envelope.to, .received(envelope)) }
  }

  mutating func deliver(_ message: Message, from: NodeID, to: NodeID, term: Term) throws {
    try step(to, .received(Envelope(from: from, to: to, term: term, message: message)))
  }

  /// Whether a command of this text was applied anywhere.
  func hasCommitted(_ text: String) -> Bool {
    (0...oracle.end.number).contains { index in
      oracle.entry(at: LogIndex(index))?.payload == .command(Bytes(text.utf8))
    }
  }

  /// Everybody is up, has everything, and has applied it.
  func hasConverged(_ members: [NodeID]) -> Bool {
    guard let leader, hasCommittedInTerm(leader) else { return false }
    return members.allSatisfy { id in
      isUp(id) && servers[id]?.applied == oracle.end && self[id].log.last == self[leader].log.last
        && self[id].log.durable == self[id].log.last.index
    } && self[leader].log.last.index == oracle.end
  }
}
