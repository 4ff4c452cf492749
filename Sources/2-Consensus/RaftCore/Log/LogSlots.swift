internal import Determinism
internal import RaftTypes

/// The slots of a log in memory, and what they weigh: half a million of them are forgotten at one
/// snapshot, and neither summing them up nor freeing them may hold up a step.
///
/// Invariants: a place's `total` is the weight of all slots up to and with its own since the log
/// began in memory; the first `left` places hold no bodies but those that were filled since.
struct LogSlots: Sendable {
  private struct Place: Sendable {
    var slot: HeldSlot
    var total: Int

    /// Lets go of the body; returns the total.
    mutating func leave() -> Int {
      if case .entry(let entry) = slot { slot = .onDisk(entry.position) }
      return total
    }
  }

  private var places = ChunkedQueue<Place>()
  /// The weight of all that was forgotten, and of all that ever was.
  private var forgotten = 0
  private var appended = 0
  /// Places whose bodies left memory, and the weight of all that ever did or was forgotten.
  private(set) var left = 0
  private var leftTotal = 0

  init(_ slots: [LogSlot]) {
    for slot in slots { append(HeldSlot(slot)) }
  }

  var count: Int { places.count }
  var last: HeldSlot? { places.last?.slot }
  /// Weight of all slots, wherever their bodies are.
  var weight: Int { appended - forgotten }
  /// Weight of those whose bodies are in memory.
  var held: Int { appended - leftTotal }
  /// Slots that are forgotten and still in memory.
  var waiting: Int { places.waiting }

  subscript(offset: Int) -> HeldSlot { places[offset].slot }

  /// What the slots at `range` weigh.
  func weight(of range: Range<Int>) -> Int {
    guard !range.isEmpty else { return 0 }
    let before = range.lowerBound == 0 ? forgotten : places[range.lowerBound - 1].total
    return places[range.upperBound - 1].total - before
  }

  mutating func append(_ slot: HeldSlot) {
    appended += Self.weight(slot)
    places.append(Place(slot: slot, total: appended))
  }

  /// Gives the slot at `offset` its body; all behind it are counted anew, so this is for damage.
  mutating func fill(_ entry: Entry, at offset: Int) {
    let more = entry.weight - Self.weight(places[offset].slot)
    places[offset].slot = .entry(entry)
    for place in offset..<count { places[place].total += more }
    appended += more
    if offset < left { leftTotal += more }
  }

  /// Forgets the first `count` slots.
  mutating func removeFirst(_ count: Int) {
    guard count > 0 else { return }
    forgotten = places[count - 1].total
    places.removeFirst(count)
    left = max(0, left - count)
    leftTotal = max(leftTotal, forgotten)
  }

  /// Keeps the first `count` slots.
  mutating func truncate(to count: Int) {
    places.truncate(to: count)
    appended = places.last?.total ?? forgotten
    left = min(left, count)
    leftTotal = min(leftTotal, appended)
  }

  /// Lets the bodies of the oldest slots leave memory: before `end`, until those that stay weigh
  /// `keep` at most, and not more than `most` of them.
  mutating func leave(before end: Int, keep: Int, most: Int) {
    let stop = min(end, left + most)
    while left < stop, held > keep {
      leftTotal = places[left].leave()
      left += 1
    }
  }

  /// Frees some of what was forgotten.
  mutating func letGo(_ count: Int) { places.letGo(count) }

  /// The fewest slots before `end` that can go so that those between weigh at most `keep`.
  func start(before end: Int, keep: Int) -> Int {
    var (low, high) = (0, end)
    while low < high {
      let middle = (low + high) / 2
      if weight(of: middle..<end) <= keep { high = middle } else { low = middle + 1 }
    }
    return low
  }

  private static func weight(_ slot: HeldSlot) -> Int {
    if case .entry(let entry) = slot { entry.weight } else { 0 }
  }
}

// What was forgotten is no part of the value.
extension LogSlots: Hashable {
  static func == (a: LogSlots, b: LogSlots) -> Bool {
    a.count == b.count && (0..<a.count).allSatisfy { a[$0] == b[$0] }
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(count)
    for offset in 0..<count { hasher.combine(self[offset]) }
  }
}
