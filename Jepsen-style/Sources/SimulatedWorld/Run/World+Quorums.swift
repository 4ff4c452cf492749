internal import Determinism
internal import Faults
internal import RaftCore
internal import RaftTypes
internal import Replica

/// A configuration, and where it stands in a log.
struct Configuration {
  let index: LogIndex
  let membership: Membership
}

extension Configuration {
  /// What a process has in force; nil when it knows none.
  init?(_ process: NodeProcess) { self.init(process.replica.core) }

  init?(_ core: RaftNode) {
    guard let membership = core.membership, let index = core.configurations.effectiveIndex else {
      return nil
    }
    self.membership = membership
    self.index = index
  }
}

// Who decides, as far as an observer who sees every node can tell.
extension World {
  /// Every configuration that may be in force: the newest one known to be chosen, and those that
  /// nodes have, or had when they died, behind everything that is.
  func possibleMemberships() -> [Membership] {
    let found = nodes.compactMap { $0.process.flatMap(Configuration.init) ?? $0.lastConfiguration }
    // Nothing is chosen yet: all have the first one.
    guard let chosen = oracle.configuration else { return found.prefix(1).map(\.membership) }
    var memberships = [chosen.membership]
    for one in found where oracle.mayChoose(one) && !memberships.contains(one.membership) {
      memberships.append(one.membership)
    }
    return memberships
  }

  /// The configuration of whoever leads, else of the longest log.
  var membership: Membership? {
    (leader ?? nodes.filter(\.isUp).max { $0.end < $1.end })?.process?.replica.core.membership
  }

  /// One node in a line, for a person who wonders why it does nothing.
  func portrait(_ node: SimulatedNode) -> String {
    guard let process = node.process else {
      let trouble = isSuspect(node) ? "suspect" : "sound"
      return "\(node.id) is down, disk \(node.incarnation) is \(trouble)"
    }
    let view = process.view
    let core = process.replica.core
    let leader = core.leader.map { "\($0)" } ?? "nobody"
    let members = core.membership.map { "\($0.voters) from \($0.outgoing ?? [])" } ?? "unknown"
    return "\(node.id) disk \(node.incarnation), \(core.ballot), leader \(leader), "
      + "log \(core.log.base)...\(view.last), lost \(core.log.faulty), commit \(view.commit), "
      + "applied \(view.applied), voters \(members)"
  }

  /// Who decides in these configurations, and on which disks, for a person.
  func sketch(_ memberships: [Membership]) -> String {
    memberships.map { membership in
      let halves = [membership.voters] + (membership.outgoing.map { [$0] } ?? [])
      return halves.map { half in
        half.map { "\($0)\(membership.members[$0].map { "/\($0.incarnation)" } ?? "")" }
          .joined(separator: " ")
      }.joined(separator: " | ")
    }.joined(separator: ", ")
  }

  /// Some nodes that can decide whatever configuration is in force; nil when even all cannot.
  func drawQuorum(from candidates: [SimulatedNode]) -> [SimulatedNode]? {
    let memberships = possibleMemberships()
    let order = candidates.shuffled(&diskDice)
    guard !order.isEmpty else { return nil }
    var size = 1 + Int(diskDice.below(UInt64(order.count)))
    while size <= order.count {
      let chosen = order.prefix(size).sorted { $0.place < $1.place }
      if memberships.allSatisfy({ isQuorum(chosen, of: $0) }) { return chosen }
      size += 1
    }
    return nil
  }

  func isQuorum(_ chosen: [SimulatedNode], of membership: Membership) -> Bool {
    [membership.voters, membership.outgoing ?? membership.voters].allSatisfy { half in
      chosen.count { half.contains($0.id) && trusts(membership, $0) } > half.count / 2
    }
  }

  /// Whether somebody with a whole log could win an election, or leads.
  ///
  /// A torn record whose identity survived counts as rotten: its node keeps the place in the log,
  /// may not lead, and votes for nobody whose log is shorter. Whether anybody acknowledged the
  /// record only the other nodes can tell, so with them dead nobody may be elected: safe, not live.
  /// Nor does anybody vote who lost the one entry that names the members, or stand whose state is
  /// lost: without another copy among them it stays lost. A leader that was told to stop will have
  /// to be elected anew, like anybody.
  func canElect(_ quorum: [SimulatedNode]) -> Bool {
    quorum.contains { candidate in
      guard let process = candidate.process else { return false }
      if process.view.isLeader, !process.replica.isStopping { return true }
      guard !process.view.isFaulty, process.view.isSound,
        let membership = process.replica.core.membership,
        membership.isVoter(candidate.id), trusts(membership, candidate)
      else { return false }
      let voters = quorum.filter { voter in
        guard let other = voter.process else { return false }
        return other.view.last <= process.view.last && other.replica.core.membership != nil
      }
      return isQuorum(voters, of: membership)
    }
  }
}
