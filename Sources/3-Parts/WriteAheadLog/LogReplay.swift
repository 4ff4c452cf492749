internal import RaftTypes

/// The log as its records, read in order, build it.
struct LogReplay {
  /// Before the first slot; the end of an empty log.
  private(set) var base: LogPosition
  private(set) var slots: [LogSlot] = []

  init(base: LogPosition) { self.base = base }

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
    guard identity.first <= last.index.next else { return false }
    switch identity.kind {
    case .append: append(identity, entries)
    case .fill: fill(entries ?? [])
    }
    return true
  }

  private mutating func append(_ identity: RecordIdentity, _ entries: [Entry]?) {
    let start = slots.first?.position.index ?? base.index.next
    if identity.first <= start {
      slots = []
      base = LogPosition(term: base.term, index: identity.first.previous)
    } else {
      slots.removeLast(last.index.next.distance(from: identity.first))
    }
    if let entries {
      slots.append(contentsOf: entries.map(LogSlot.entry))
    } else {
      for index in identity.first.number...identity.last.number {
        slots.append(.faulty(LogPosition(term: identity.term, index: LogIndex(index))))
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
