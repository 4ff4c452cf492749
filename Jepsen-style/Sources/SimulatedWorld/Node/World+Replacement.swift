internal import Determinism
internal import Faults
internal import RaftTypes
internal import WriteAheadLog

// Machines that come back with an empty disk, and disks that lied.
//
// No protocol survives a disk that forgets in silence what it said it kept: with its vote gone it
// could elect two leaders, with its entries gone it could elect one without them. So what is
// demanded of a log on such a disk is only that its recovery ends, in a log or in a named refusal;
// then an operator, who was told by the machine's maker, replaces the disk. While it may lie, and
// until the cluster trusts the new one, it counts among the dead that the others must be able to do
// without.
extension World {
  /// Whether nothing may rest on this disk: it may lie, or it is new and the cluster has not taken
  /// it in.
  func isSuspect(_ node: SimulatedNode) -> Bool {
    node.disk.lies || node.mustReplaceDisk || node.disk.isLiedAbout || isStranger(node)
  }

  /// Whether some configuration that may be in force trusts another disk under this name.
  private func isStranger(_ node: SimulatedNode) -> Bool {
    possibleMemberships().contains { membership in
      membership.isVoter(node.id) && !trusts(membership, node)
    }
  }

  func trusts(_ membership: Membership, _ node: SimulatedNode) -> Bool {
    membership.members[node.id]?.incarnation == node.incarnation
  }

  /// Whether the cluster can do without what this disk holds: a quorum of the others is whole in
  /// every configuration that may be in force, and they have what may have been acknowledged.
  func canSpare(_ node: SimulatedNode) -> Bool {
    let others = surveys(besides: node)
    guard isQuorum(others) else { return false }
    let own = DiskSurvey(node.disk)
    let newest = own.snapshots.last
    guard newest.map({ hold in others.contains { $0.survey.holds(hold) } }) ?? true else {
      return false
    }
    return own.soundPositions.allSatisfy { position in
      // What no other disk ever had was acknowledged by nobody but this one.
      let isChosen = position.index <= oracle.end
      let isRotten = others.contains { $0.survey.misses(position.index) }
      return others.contains { hasKept($0.node, $0.survey, position) }
        || (!isChosen && !isRotten)
    }
  }

  /// What all disks but this one hold that something may rest on: those of machines that belong to
  /// the cluster for certain, and will. Nobody asks one that was removed.
  func surveys(besides node: SimulatedNode) -> [(node: SimulatedNode, survey: DiskSurvey)] {
    let memberships = possibleMemberships()
    return nodes.filter { other in
      other !== node && !other.isGone && !isSuspect(other) && !mayLeave(other.id)
        && memberships.allSatisfy { $0.members[other.id] != nil }
    }
    .map { ($0, DiskSurvey($0.disk)) }
  }

  /// Whether these disks are enough to elect somebody, whatever configuration is in force: a voter
  /// that lost the one entry that names the members cannot tell whether it is one.
  func isQuorum(_ some: [(node: SimulatedNode, survey: DiskSurvey)]) -> Bool {
    let able = some.filter(\.survey.knowsMembers).map(\.node)
    return possibleMemberships().allSatisfy { isQuorum(able, of: $0) }
  }

  /// An empty disk under the old name: a stranger, until the leader has met it.
  func replaceDisk(_ node: SimulatedNode) throws(Violation) {
    note("\(node.id)", "gets an empty disk; \(sketch(possibleMemberships())) can do without")
    tally.faults.add(.reformat)
    node.disk.wipe()
    node.mustReplaceDisk = false
    node.pendingDecay = []
    node.incarnation = newIncarnation()
    node.forgetEverything()
    try format(node, genesis: nil)
  }

  /// A name that no disk had.
  func newIncarnation() -> DiskIncarnation {
    incarnations += 1
    return DiskIncarnation(incarnations)
  }

  func format(_ node: SimulatedNode, genesis: Entry?) throws(Violation) {
    do throws(LogFault) {
      try WriteAheadLog.format(
        node.disk,
        DiskIdentity(cluster: cluster, node: node.id, incarnation: node.incarnation),
        genesis: genesis, logOptions)
    } catch {
      throw Violation("\(node.id): an empty disk cannot be formatted: \(error)")
    }
  }

  /// Before a log is opened again: what the dice, or a lie that came out, make of its disk.
  /// - Returns: false when the machine must wait, because the others cannot do without it yet.
  func settleDisk(_ node: SimulatedNode) throws(Violation) -> Bool {
    let liedAbout = node.lostPower && node.disk.isLiedAbout
    if node.lostPower {
      node.disk.revive(afterPowerLoss: &diskDice)
      node.lostPower = false
    } else {
      node.disk.revive()
    }
    if liedAbout {
      node.mustReplaceDisk = true
      try openWhatIsLeft(node)
    }
    let isUnlucky =
      isSafetyPhase && node.life > 0 && diskDice.chance(swarm.reformatPercent, in: 100)
    guard node.mustReplaceDisk || isUnlucky else {
      decayPending(node)
      return true
    }
    if canSpare(node) {
      try replaceDisk(node)
      return true
    }
    return !node.mustReplaceDisk
  }

  private func openWhatIsLeft(_ node: SimulatedNode) throws(Violation) {
    do throws(LogFault) {
      _ = try WriteAheadLog.open(node.disk, logOptions, renewal: newIncarnation())
    } catch {
      switch error {
      case .damaged, .diskFull, .foreign, .alreadyFormatted, .unsupportedVersion: break
      case .poisoned, .file:
        throw Violation("\(node.id): a disk that lied ends its log's recovery with \(error)")
      }
    }
    node.disk.revive()
  }
}
