import Determinism
import RaftTypes

@testable import WriteAheadLog

/// What a log must remember and may remember, by what its owner did: deliberately dumb.
struct Oracle {
  /// The log as of the last sync.
  private(set) var synced = SortedMap<LogIndex, Entry>()
  private(set) var end = Sample.position(0, 1)
  /// The log with what waits for the next sync.
  private(set) var pending = SortedMap<LogIndex, Entry>()
  /// The lowest index that an append replaced since the last sync: from there on either log is
  /// right.
  private(set) var replacedFrom: LogIndex?
  /// Every entry that was ever appended.
  private(set) var ever = SortedMap<LogPosition, Entry>()
  /// The ballot that was saved, and the one that was being saved.
  private(set) var ballot = Ballot.blank
  private(set) var tried = Ballot.blank
  /// Newest snapshot that was finished, and the one that the log is being reset to.
  private(set) var snapshot: LogIndex = .zero
  private(set) var resetting: LogIndex?
  /// Entries whose bodies rotted and that no sync has filled since.
  private(set) var rotted: Set<LogPosition> = []

  init() {
    note([Sample.genesis])
    commitSync()
  }

  mutating func note(_ entries: [Entry]) {
    for entry in entries {
      pending.removeAll { index, _ in index >= entry.index }
      pending[entry.index] = entry
      ever[entry.position] = entry
      if entry.index <= end.index { replacedFrom = min(replacedFrom ?? entry.index, entry.index) }
    }
  }

  mutating func commitSync() {
    synced = pending
    replacedFrom = nil
    if let last = synced.values.last { end = last.position }
  }

  mutating func rot(_ positions: [LogPosition]) { rotted.formUnion(positions) }

  /// A fill of everything was synced.
  mutating func healed() { rotted = [] }

  mutating func trying(_ ballot: Ballot) { tried = ballot }
  mutating func saved() { ballot = tried }
  mutating func finished(_ index: LogIndex) { snapshot = max(snapshot, index) }
  mutating func resetting(to index: LogIndex) { resetting = index }

  mutating func reset(to position: LogPosition) {
    synced = SortedMap()
    pending = SortedMap()
    replacedFrom = nil
    end = position
    resetting = nil
  }

  /// What is wrong with `recovery`; empty when it is one of the states that are allowed.
  func objections(to recovery: Recovery) -> [String] {
    var found: [String] = []
    let start = recovery.snapshot?.descriptor.position.index ?? .zero
    if start < snapshot { found.append("snapshot \(snapshot) is lost, \(start) found") }
    if recovery.ballot != ballot, recovery.ballot != tried {
      found.append("ballot \(recovery.ballot), saved \(ballot), tried \(tried)")
    }
    found += slotObjections(recovery.slots)
    guard start != resetting else { return found }
    let slots = SortedMap(recovery.slots.map { ($0.position.index, $0) })
    for (index, entry) in synced where index > start && index < (replacedFrom ?? index.next) {
      let isRotten = rotted.contains(entry.position) && slots[index] == .faulty(entry.position)
      if slots[index] != .entry(entry), !isRotten {
        found.append("synced \(entry.position) is \(slots[index].map { "\($0)" } ?? "lost")")
      }
    }
    return found
  }

  private func slotObjections(_ slots: [LogSlot]) -> [String] {
    var found: [String] = []
    for (a, b) in zip(slots, slots.dropFirst()) where b.position.index != a.position.index.next {
      found.append("hole between \(a.position) and \(b.position)")
    }
    for slot in slots {
      switch slot {
      case .entry(let entry):
        if ever[entry.position] != entry { found.append("\(entry.position) was never appended") }
      case .faulty(let position):
        if ever[position] == nil { found.append("faulty \(position) was never appended") }
      }
    }
    return found
  }
}
