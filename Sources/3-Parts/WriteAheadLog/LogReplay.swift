internal import RaftTypes

/// The log as its records, read in order, build it.
struct LogReplay: Equatable {
  /// Before the first slot; the end of an empty log.
  private(set) var base: LogPosition
  private(set) var slots: [LogSlot]

  // The last entry that was passed over.
  private var passed: LogIndex

  /// - Parameter passed: so far the log that ends at `base` was passed over; zero: nothing was.
  init(base: LogPosition, slots: [LogSlot] = [], passed: LogIndex = .zero) {
    self.base = base
    self.slots = slots
    self.passed = passed
  }

  var last: LogPosition { slots.last?.position ?? base }

  /// The slot at `index`, nil outside the log.
  func slot(at index: LogIndex) -> LogSlot? {
    guard let first = slots.first?.position.index, index >= first, index <= last.index else {
      return nil
    }
    return slots[index.distance(from: first)]
  }

  /// - Parameter entries: nil when the body rotted.
  /// - Returns: false when the record does not continue the log.
  mutating func apply(_ identity: RecordIdentity, _ entries: [Entry]?) -> Bool {
    apply(
      isFill: identity.kind == .fill,
      first: LogPosition(term: identity.term, index: identity.first), last: identity.last, entries)
  }

  /// The same for a record that is known by its description.
  mutating func apply(
    isFill: Bool, first: LogPosition, last end: LogIndex, _ entries: [Entry]?
  ) -> Bool {
    guard first.index <= last.index.next else { return false }
    if isFill { fill(entries ?? []) } else { append(first, through: end, entries) }
    return true
  }

  /// Takes notice of an append whose entries nobody needs; before any that is needed.
  /// - Returns: false when the record does not continue the log.
  mutating func pass(_ identity: RecordIdentity) -> Bool {
    guard slots.isEmpty, identity.first == base.index.next else { return false }
    base = LogPosition(term: identity.term, index: identity.last)
    passed = identity.last
    return true
  }

  /// Whether the entry at `index` was passed over.
  func hasPassed(_ index: LogIndex) -> Bool { index <= passed }

  private mutating func append(
    _ first: LogPosition, through end: LogIndex, _ entries: [Entry]?
  ) {
    let start = slots.first?.position.index ?? base.index.next
    if first.index <= start {
      slots = []
      base = LogPosition(term: base.term, index: first.index.previous)
    } else {
      slots.removeLast(last.index.next.distance(from: first.index))
    }
    if let entries {
      slots.append(contentsOf: entries.map(LogSlot.entry))
    } else {
      for index in first.index.number...end.number {
        slots.append(.faulty(LogPosition(term: first.term, index: LogIndex(index))))
      }
    }
  }

  private mutating func fill(_ entries: [Entry]) {
    for entry in entries {
      guard case .faulty(entry.position) = slot(at: entry.index),
        let first = slots.first?.position.index
      else { continue }
      slots[entry.index.distance(from: first)] = .entry(entry)
    }
  }
}
