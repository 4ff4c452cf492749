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
