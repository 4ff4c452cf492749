public import Determinism
public import RaftTypes

/// Entries that a follower lacks and whose bodies left the leader's memory.
public enum Recalled: Hashable, Sendable {
  case none
  /// Storage reads those between these two.
  case asked(first: LogPosition, last: LogPosition)
  /// They follow each other, and the next append has some of them.
  case here([Entry])
  /// The entry of this position could not be read.
  case lost(LogPosition, at: Instant)

  /// Whether they are the answer to what is asked now.
  func awaits(_ recall: Recall) -> Bool {
    guard case .asked(let first, let last) = self else { return false }
    return recall.positions.first == first && recall.positions.last == last
  }

  /// Lets go of what was read when all of it has left.
  mutating func letGo(before next: LogIndex) {
    if case .here(let entries) = self, let last = entries.last, last.index < next { self = .none }
  }

  /// Entries from `next` on, as many as weigh `limit` but at least one; none if the first is not
  /// here.
  func entries(from next: LogPosition, limit: Int) -> [Entry] {
    guard case .here(let entries) = self, let first = entries.first?.index, next.index >= first
    else { return [] }
    let place = next.index.distance(from: first)
    guard place < entries.count, entries[place].position == next else { return [] }
    var end = place + 1
    var weight = entries[place].weight
    while end < entries.count, weight + entries[end].weight <= limit {
      weight += entries[end].weight
      end += 1
    }
    return Array(entries[place..<end])
  }
}

// Bodies that left memory come back when somebody lacks them: the files of the log have them, and
// whoever owns those reads them without holding up a step.
extension RaftNode {
  /// Lets go of bodies that nobody is likely to want again: applied, durable, and older than the
  /// newest so many bytes. The newest applied one stays, for who asks where the state stands.
  mutating func letBodiesGo() {
    log.leave(through: handedOut.previous, keep: settings.limits.bodyBytes)
  }

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
      let positions = log.onDisk(from: next, limit: settings.limits.recallBytes)
      guard let first = positions.first, let last = positions.last else { break }
      effects.recalls.append(Recall(.replication(to: peer), positions))
      role.leadership?.progress.update(peer) { $0.recalled = .asked(first: first, last: last) }
    }
    return []
  }

  /// Whether the entry at `next` was found to be unreadable not long ago. Then the follower gets
  /// the state, once a snapshot covers it; after a while the disk is asked again.
  mutating func isLost(_ next: LogIndex, for peer: NodeID) -> Bool {
    guard case .lost(let position, let found)? = role.leadership?.progress[peer]?.recalled else {
      return false
    }
    if position.index == next, now < found + settings.electionMost { return true }
    role.leadership?.progress.update(peer) { $0.recalled = .none }
    return false
  }

  /// Storage's answer.
  mutating func take(_ entries: [Entry], of recall: Recall) {
    switch recall.purpose {
    case .replication(let peer): take(entries, of: recall, for: peer)
    case .repair(let peer):
      guard !entries.isEmpty else { return }
      send(.repairReply(RepairReply(entries: entries, absent: [])), to: peer)
    case .application: apply(entries, of: recall)
    }
  }

  private mutating func take(_ entries: [Entry], of recall: Recall, for peer: NodeID) {
    guard role.leadership?.progress[peer]?.recalled.awaits(recall) == true else { return }
    let whole = Self.unbroken(entries, from: recall.positions[0])
    let now = now
    role.leadership?.progress.update(peer) {
      $0.recalled = whole.isEmpty ? .lost(recall.positions[0], at: now) : .here(whole)
    }
    if whole.isEmpty { effects.snapshotWanted = true }
  }

  /// The state machine took an older state, and what it applies next left memory.
  mutating func recallForApplication() {
    let next = handedOut.next
    guard replays != next else { return }
    let positions = log.onDisk(from: next, limit: settings.limits.recallBytes)
    guard !positions.isEmpty else { return }
    replays = next
    effects.recalls.append(Recall(.application, positions))
  }

  private mutating func apply(_ entries: [Entry], of recall: Recall) {
    guard replays == recall.positions[0].index else { return }
    replays = nil
    guard stateIsSound, handedOut.next == recall.positions[0].index,
      log.holds(recall.positions[0])
    else { return }
    let whole = Self.unbroken(entries, from: recall.positions[0])
    guard whole.isEmpty else { return handOut(whole) }
    // Nothing leads from this state to what is committed: it needs a newer one.
    stateIsSound = false
    marks = []
    if isLeader { follow(nil, in: term) }
  }

  /// Those that follow `first` without a gap.
  private static func unbroken(_ entries: [Entry], from first: LogPosition) -> [Entry] {
    guard entries.first?.position == first else { return [] }
    let end = entries.indices.first { entries[$0].index != first.index + $0 }
    return Array(entries[..<(end ?? entries.endIndex)])
  }
}
