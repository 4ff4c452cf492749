internal import Determinism
internal import RaftTypes

// Bodies that left memory come back when somebody lacks them: the files of the log have them, and
// whoever owns those reads them without holding up a step.
extension RaftNode {
  /// Lets go of bodies that nobody is likely to want again: applied, durable, and older than the
  /// newest so many bytes. The newest applied one stays, for who asks where the state stands.
  mutating func letBodiesGo() {
    log.leave(through: handedOut.previous, keep: settings.limits.bodyBytes)
  }

  /// Storage's answer.
  mutating func take(_ entries: [Entry], of recall: Recall) {
    switch recall.purpose {
    case .replication(let peer): take(entries, of: recall, for: peer)
    case .repair(let peer): answerRepair(of: peer, with: entries)
    case .application: takeToApply(entries, of: recall)
    }
  }

  // MARK: For a follower

  /// Entries for a follower from `next` on, as many as weigh `limit` but at least one. None: they
  /// are being read, or cannot be, and `feed` sends the state instead.
  mutating func entries(for peer: NodeID, from next: LogIndex, limit: Int) -> [Entry] {
    let held = log.entries(from: next, through: log.last.index, limit: limit)
    guard held.isEmpty, case .onDisk(let position)? = log.slot(at: next),
      let known = role.leadership?.progress[peer]?.recalled
    else { return held }
    let recalled = known.entries(from: position, limit: limit)
    guard recalled.isEmpty else { return recalled }
    switch known {
    case .asked(let first, let last) where first <= position && position <= last: break
    case .lost(position, _): break
    case .none, .asked, .here, .lost:
      let positions = log.onDisk(from: next, settings.limits)
      guard let first = positions.first, let last = positions.last else { break }
      effects.recalls.append(Recall(.replication(to: peer), positions))
      role.leadership?.progress.update(peer) { $0.recalled = .asked(first: first, last: last) }
    }
    return []
  }

  private mutating func take(_ entries: [Entry], of recall: Recall, for peer: NodeID) {
    guard role.leadership?.progress[peer]?.recalled.awaits(recall) == true else { return }
    let first = recall.positions[0]
    let whole = Self.unbroken(entries, from: first)
    let now = now
    role.leadership?.progress.update(peer) {
      $0.recalled = whole.isEmpty ? .lost(first, at: now) : .here(whole)
    }
    if whole.isEmpty, first.index > log.base.index,
      first.index > snapshot?.position.index ?? .zero
    {
      effects.snapshotWanted = true
    }
  }

  /// Whether the entry at `next` was found to be unreadable a moment ago: then the follower gets
  /// the state, once a snapshot covers it.
  func isLost(_ next: LogIndex, _ progress: Progress) -> Bool {
    if case .lost(let position, _) = progress.recalled { position.index == next } else { false }
  }

  /// After a while a disk that failed is asked again.
  mutating func askDiskAgain(for peer: NodeID, _ progress: Progress) {
    guard case .lost(_, let found) = progress.recalled, now >= found + settings.electionMost
    else { return }
    role.leadership?.progress.update(peer) { $0.recalled = .none }
  }

  // MARK: For a member whose copies rotted

  mutating func recall(_ positions: [LogPosition], for peer: NodeID) {
    guard !repairing.contains(peer), !positions.isEmpty else { return }
    var wanted: [LogPosition] = []
    var weight = 0
    for position in positions {
      weight += log.weight(at: position.index)
      if weight > settings.limits.appendBytes, !wanted.isEmpty { break }
      wanted.append(position)
    }
    repairing.append(peer)
    effects.recalls.append(Recall(.repair(of: peer), wanted))
  }

  private mutating func answerRepair(of peer: NodeID, with entries: [Entry]) {
    repairing.removeAll { $0 == peer }
    guard !entries.isEmpty else { return }
    send(.repairReply(RepairReply(entries: entries, absent: [])), to: peer)
  }

  // MARK: For the state machine

  /// What the state machine applies next, when that left memory: it took an older state.
  mutating func recalledToApply() -> [Entry] {
    let next = handedOut.next
    guard case .onDisk(let position)? = log.slot(at: next) else { return [] }
    switch replay {
    case .asked(position, _): return []
    case .here(let entries) where entries.first?.position == position:
      replay = .none
      return entries
    case .lost(position, let found) where now < found + settings.electionMost: return []
    case .none, .asked, .here, .lost:
      let positions = log.onDisk(from: next, settings.limits)
      guard let last = positions.last else { return [] }
      replay = .asked(first: position, last: last)
      effects.recalls.append(Recall(.application, positions))
      return []
    }
  }

  /// What cannot be read the others have: it is written anew, and can be read then.
  private mutating func takeToApply(_ entries: [Entry], of recall: Recall) {
    guard replay.awaits(recall) else { return }
    let whole = Self.unbroken(entries, from: recall.positions[0])
    replay = whole.isEmpty ? .lost(recall.positions[0], at: now) : .here(whole)
    if whole.isEmpty { noteRot(of: recall.positions) }
  }

  /// Those that follow `first` without a gap.
  private static func unbroken(_ entries: [Entry], from first: LogPosition) -> [Entry] {
    guard entries.first?.position == first else { return [] }
    let end = entries.indices.first { entries[$0].index != first.index + $0 }
    return Array(entries[..<(end ?? entries.endIndex)])
  }
}
