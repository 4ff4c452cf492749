import Determinism
import RaftCore
import RaftTypes

// What goes wrong with disks and state machines, and what operators do meanwhile.
extension RandomWalk {
  mutating func makeTrouble(_ id: NodeID) throws {
    switch plan.trouble {
    case nil, .oneRots?: break
    case .allRot?:
      if !cluster.isUp(id) { rot(id) }
    case .churn?: try dice.chance(1, in: 4) ? renew(id) : changeMembers()
    case .erring?: err(id)
    }
  }

  // MARK: Rot

  /// Some slots of a disk without power rot.
  mutating func rot(_ id: NodeID) {
    guard let last = cluster.servers[id]?.disk.last.index.number, last > 1 else { return }
    switch plan.trouble {
    case nil, .churn?, .erring?: break
    case .oneRots?:
      if id == NodeID(1), dice.chance(1, in: 2) {
        cluster.servers[id]?.disk.rot(LogIndex(2 + dice.below(last - 1)))
      }
    case .allRot?:
      for _ in 0..<dice.below(8) {
        let index = LogIndex(2 + dice.below(last - 1))
        guard let position = position(at: index, of: id), isSpare(position, of: id) else {
          continue
        }
        cluster.servers[id]?.disk.rot(index)
        rotten += 1
      }
    }
  }

  private func position(at index: LogIndex, of id: NodeID) -> LogPosition? {
    cluster.servers[id]?.disk.slots.first { $0.position.index == index }?.position
  }

  /// Whether the cluster can do without this copy: another disk has one, or nobody ever had it.
  private func isSpare(_ position: LogPosition, of id: NodeID) -> Bool {
    let others = cluster.servers.values.filter { $0.id != id }
    return others.contains { $0.disk.holds(position) }
      || (position.index > cluster.oracle.end && !others.contains { $0.disk.held(position) })
  }

  // MARK: Operators

  /// A disk dies, or both copies of its ballot: one at a time, and only of voters that a quorum can
  /// do without.
  private mutating func renew(_ id: NodeID) throws {
    guard cluster.isSettled, let leader = cluster.leader, id != leader,
      let membership = cluster[leader].membership, membership.isVoter(id),
      membership.voters.count >= 3
    else { return }
    renewals += 1
    if dice.chance(1, in: 2) { return try cluster.replaceDisk(of: id) }
    if cluster.isUp(id) { try cluster.crash(id) }
    cluster.servers[id]?.disk.loseBallot()
    cluster.start(id)
  }

  private mutating func changeMembers() throws {
    guard cluster.isSettled, let leader = cluster.leader else { return }
    let id = anyone()
    switch dice.below(6) {
    case 0: try cluster.change(.promote(id), at: leader)
    case 1: try cluster.change(.demote(id), at: leader)
    case 2: try cluster.change(.remove(id), at: leader)
    case 3:
      if let newcomer = try newcomer() {
        try cluster.change(.replace(id, with: newcomer), at: leader)
      }
    case 4:
      if let newcomer = try newcomer() {
        try cluster.change(.addLearner(newcomer), at: leader)
      }
    case _:
      if let newcomer = try newcomer() { try cluster.change(.add(newcomer), at: leader) }
    }
  }

  /// A server with an empty disk that is no member: a new one, or one that was removed; now and
  /// then one that does not exist.
  private mutating func newcomer() throws -> Member? {
    guard let leader = cluster.leader, let membership = cluster[leader].membership else {
      return nil
    }
    let id = NodeID(1 + dice.below(7))
    guard membership.members[id] == nil else { return nil }
    if dice.chance(1, in: 8) { return Cluster.member(9) }
    if cluster.servers[id] == nil {
      cluster.bring(Cluster.member(id.number))
    } else {
      try cluster.replaceDisk(of: id)
    }
    guard let disk = cluster.servers[id]?.disk else { return nil }
    return Cluster.member(id.number).on(disk.incarnation)
  }

  // MARK: State machines

  private mutating func err(_ id: NodeID) {
    let isWhole = cluster.servers.values.allSatisfy { server in
      !server.errs && !server.disk.lostState && server.core?.stateIsSound ?? true
    }
    guard isWhole, cluster.isUp(id) else { return }
    cluster.servers[id]?.errs = true
    // Never twice in the same way: one machine's error that a leader remembers from its last life
    // would otherwise confirm the next one's.
    cluster.servers[id]?.error = dice.next()
  }
}
