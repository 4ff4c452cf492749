internal import Determinism
internal import Faults
internal import RaftTypes

// Sectors that no longer hold what was written, in the places that an atlas allows: of everything
// that may have been acknowledged a good copy stays on another disk, and of one record, header or
// pair of copies one fault takes one. More than that nobody promises to survive.
extension World {
  /// One sector that may decay.
  private struct Spot: Hashable {
    let path: String
    let sector: Int
  }

  /// Decays a disk now, or when its machine comes back.
  func decay(_ node: SimulatedNode, _ decay: Decay) {
    guard node.isUp else {
      node.pendingDecay.append(decay)
      return
    }
    decayNow(node, decay, isStarting: false)
  }

  /// What waited for the machine to come back.
  func decayPending(_ node: SimulatedNode) {
    let pending = node.pendingDecay
    node.pendingDecay = []
    for decay in pending { decayNow(node, decay, isStarting: true) }
  }

  private func decayNow(_ node: SimulatedNode, _ decay: Decay, isStarting: Bool) {
    guard !node.isGone, !isSuspect(node) else { return }
    let survey = DiskSurvey(node.disk)
    let others = surveys(besides: node)
    var spots = logSpots(node, survey, others)
    // On a running machine the next write may be torn: with the other copy, that would be both.
    if isStarting { spots += twinSpots(node) + snapshotSpots(node, survey, others) }
    guard !spots.isEmpty else { return }
    let chosen = spots.filter { _ in diskDice.chance(swarm.decayPerMille, in: 1000) }
    var lost: Set<Spot> = []
    for spot in chosen.isEmpty ? [spots.pick(&diskDice)] : chosen {
      guard let inode = node.disk.inode(spot.path), isAlone(spot, inode, survey, lost) else {
        continue
      }
      let sectors = max(1, inode.content.count / Inode.sector)
      let other = Int(diskDice.below(UInt64(sectors)))
      guard inode.decay(spot.sector, decay, from: other, &diskDice) else { continue }
      lost.insert(spot)
      node.disk.counts.add(decay.faultClass)
      note("\(node.id)", "\(decay) in sector \(spot.sector) of \(spot.path)")
    }
  }

  // The bodies and identities of records whose entries another disk can give back.
  private func logSpots(
    _ node: SimulatedNode, _ survey: DiskSurvey,
    _ others: [(node: SimulatedNode, survey: DiskSurvey)]
  ) -> [Spot] {
    var spots: [Spot] = []
    // A sector may be of two records; both must have another copy.
    var forbidden: Set<Spot> = []
    let isSpared = isQuorum(others)
    for record in survey.records {
      let isSafe =
        (isSpared || !record.namesMembers)
        && record.positions.allSatisfy { position in
          position.index <= node.synced.index
            && others.contains { hasKept($0.node, $0.survey, position) }
        }
      for sector in record.sectors {
        let spot = Spot(path: record.path, sector: sector)
        if isSafe { spots.append(spot) } else { forbidden.insert(spot) }
      }
    }
    var seen: Set<Spot> = []
    return spots.filter { !forbidden.contains($0) && seen.insert($0).inserted }
  }

  /// Whether a disk certainly gives back what stood at a position: not only now, but after a crash.
  func hasKept(_ node: SimulatedNode, _ survey: DiskSurvey, _ position: LogPosition) -> Bool {
    survey.holds(position)
      && (survey.covers(position.index)
        || (position.index <= node.synced.index && !node.isReplacing(position.index)))
  }

  // One copy of what is kept twice, where both are whole: power may have gone while one was
  // written.
  private func twinSpots(_ node: SimulatedNode) -> [Spot] {
    ["identity", "ballot"].flatMap { path -> [Spot] in
      guard let content = node.disk.inode(path)?.content, content.count == 2 * Inode.sector,
        content.prefix(Inode.sector).elementsEqual(content.suffix(Inode.sector))
      else { return [] }
      return [Spot(path: path, sector: 0), Spot(path: path, sector: 1)]
    }
  }

  // The newest snapshot only when an older one and the log can take its place; and when others have
  // the state.
  private func snapshotSpots(
    _ node: SimulatedNode, _ survey: DiskSurvey,
    _ others: [(node: SimulatedNode, survey: DiskSurvey)]
  ) -> [Spot] {
    guard survey.snapshots.count > 1, let newest = survey.snapshots.last,
      others.contains(where: { $0.survey.covers(newest.index) }),
      survey.snapshots.allSatisfy({ survey.hasInLog($0) })
    else { return [] }
    let path = "snapshots/snapshot-\(newest.index.number)-\(newest.term.number)"
    guard let inode = node.disk.inode(path) else { return [] }
    return (0..<(inode.content.count + Inode.sector - 1) / Inode.sector).map {
      Spot(path: path, sector: $0)
    }
  }

  // Whether no other loss would take the second copy of something with it.
  private func isAlone(
    _ spot: Spot, _ inode: Inode, _ survey: DiskSurvey, _ lost: Set<Spot>
  ) -> Bool {
    func isLost(_ sector: Int) -> Bool {
      lost.contains(Spot(path: spot.path, sector: sector))
    }
    // The first two sectors hold the two copies of headers, ballots and identities.
    if spot.sector < 2 {
      let twin = 1 - spot.sector
      if inode.decayed.contains(twin) || isLost(twin) { return false }
    }
    return survey.records.allSatisfy { record in
      guard record.path == spot.path, spot.sector == record.head || spot.sector == record.copy
      else { return true }
      return record.hasBoth && !isLost(record.head) && !isLost(record.copy)
    }
  }
}

extension Decay {
  fileprivate var faultClass: FaultClass {
    switch self {
    case .rot: .bitRot
    case .misdirected: .misdirectedWrite
    case .stale: .staleBlock
    case .unreadable: .readError
    }
  }
}
