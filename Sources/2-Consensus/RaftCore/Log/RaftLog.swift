internal import Determinism
public import RaftTypes

/// The log as consensus sees it: the part behind the last compaction, position by position, the
/// newest bodies, and how much of it is durable.
///
/// Invariants: slots are consecutive from `base.index + 1`; terms never fall along them; `durable`
/// lies between `base.index` and `last.index` and never beyond the first faulty slot.
public struct RaftLog: Hashable, Sendable {
  /// The position just before the first slot: nothing at or before it is kept.
  public private(set) var base: LogPosition
  /// Slots from `base.index + 1` on.
  private var slots: LogSlots
  /// Storage holds the log, bodies included, up to this index.
  public private(set) var durable: LogIndex
  /// Slots whose bodies nobody has filled yet, ascending.
  public private(set) var faulty: [LogIndex]
  /// Sum of the weights of all entries, and of those whose bodies are in memory.
  public var bytes: Int { slots.weight }
  public var bytesHeld: Int { slots.held }

  private var durability: Durability

  /// What storage recovered: every slot is on disk.
  public init(base: LogPosition, slots: [LogSlot] = []) {
    self.base = base
    self.slots = LogSlots(slots)
    faulty = slots.compactMap {
      if case .faulty(let position) = $0 { position.index } else { nil }
    }
    durability = Durability(stored: base.index + slots.count)
    durable = base.index
    measure()
  }

  /// Where the log ends, faulty slots included: what votes compare (§5.4.1).
  public var last: LogPosition { slots.last?.position ?? base }

  /// The durable end with its term.
  public var durableEnd: LogPosition {
    LogPosition(term: term(at: durable) ?? base.term, index: durable)
  }

  /// The term of the entry at `index`; nil when it lies beyond the end or before the base.
  public func term(at index: LogIndex) -> Term? {
    if index == base.index { return base.term }
    guard index > base.index, index <= last.index else { return nil }
    return slots[offset(of: index)].position.term
  }

  /// Whether the log holds exactly this position.
  public func holds(_ position: LogPosition) -> Bool { term(at: position.index) == position.term }

  /// The slot at `index`, nil outside the kept part.
  public func slot(at index: LogIndex) -> HeldSlot? {
    guard index > base.index, index <= last.index else { return nil }
    return slots[offset(of: index)]
  }

  /// What the entry at `index` weighs, wherever its body is; in the log.
  func weight(at index: LogIndex) -> Int {
    slots.weight(of: offset(of: index)..<offset(of: index) + 1)
  }

  /// Entries from `first` on, as many as fit into `limit` bytes but at least one, up to `through`;
  /// stops at a slot without a body here. `first` must lie behind the base.
  public func entries(from first: LogIndex, through: LogIndex, limit: Int) -> [Entry] {
    precondition(first > base.index, "RaftLog: \(first) was compacted (base \(base))")
    let end = min(through, last.index)
    guard first <= end else { return [] }
    var taken: [Entry] = []
    var weight = 0
    for place in offset(of: first)...offset(of: end) {
      guard case .entry(let entry) = slots[place] else { break }
      weight += entry.weight
      if weight > limit, !taken.isEmpty { break }
      taken.append(entry)
    }
    return taken
  }

  /// The positions from `first` on whose bodies are on the disk alone, as many as one recall may
  /// bring but at least one; none when the first is another slot.
  func onDisk(from first: LogIndex, _ limits: Limits) -> [LogPosition] {
    var positions: [LogPosition] = []
    var weight = 0
    while positions.count < limits.recallEntries,
      case .onDisk(let position)? = slot(at: first + positions.count)
    {
      weight += self.weight(at: position.index)
      if weight > limits.recallBytes, !positions.isEmpty { break }
      positions.append(position)
    }
    return positions
  }

  /// The bodies up to here left memory, but for what was filled since.
  var leftThrough: LogIndex { base.index + slots.left }

  /// Lets the oldest bodies, up to `index` at most, leave memory until those that stay weigh
  /// `keep`; a bounded number of them. Only what is durable: a `Recall` must find it.
  mutating func leave(through index: LogIndex, keep: Int) {
    let end = min(index, durable)
    guard end > base.index else { return }
    slots.leave(before: offset(of: end) + 1, keep: keep, most: Limits.freedEachStep)
  }

  /// Adds entries behind the end and returns the write that makes them durable.
  public mutating func append(_ entries: [Entry]) -> LogWrite {
    precondition(
      entries.first?.index == last.index.next,
      "RaftLog: append of \(String(describing: entries.first?.position)) behind \(last)")
    for entry in entries { slots.append(HeldSlot.entry(entry)) }
    return durability.begin(.append(entries))
  }

  /// Removes everything from the first entry's index on, then appends. Only for entries that
  /// conflict.
  public mutating func replace(with entries: [Entry]) -> LogWrite {
    guard let first = entries.first, first.index > base.index, first.index <= last.index else {
      preconditionFailure("RaftLog: nothing to replace within \(base)...\(last)")
    }
    slots.truncate(to: offset(of: first.index))
    faulty.removeAll { $0 >= first.index }
    durability.forget(from: first.index)
    measure()
    return append(entries)
  }

  /// Lets go of everything from `index` on: it was never chosen. The disk keeps it until an entry
  /// takes its place; a restart before that finds it as rotten as now.
  mutating func abandon(from index: LogIndex) {
    slots.truncate(to: offset(of: index))
    faulty.removeAll { $0 >= index }
    durability.forget(from: index)
    measure()
  }

  /// Gives faulty slots their bodies back.
  public mutating func fill(_ entries: [Entry]) -> LogWrite {
    for entry in entries {
      let place = offset(of: entry.index)
      precondition(
        slots[place] == .faulty(entry.position), "RaftLog: \(entry.position) is not faulty")
      slots.fill(entry, at: place)
      faulty.removeAll { $0 == entry.index }
    }
    return durability.begin(.fill(entries))
  }

  /// Throws the whole log away: it starts again behind `snapshot`.
  public mutating func reset(to snapshot: SnapshotDescriptor) -> LogWrite {
    base = snapshot.position
    slots.removeFirst(slots.count)
    faulty = []
    let write = durability.begin(.reset(snapshot))
    measure()
    return write
  }

  /// Storage's word about a write, and about every write before it.
  public mutating func completed(_ completion: LogCompletion) {
    durability.complete(completion)
    measure()
  }

  /// Whether storage still works on some write: then its answer is yet to come.
  public var isWriting: Bool { durability.isWriting }

  /// Forgets everything up to `index`, which must be held. It leaves memory by `letGo`.
  public mutating func compact(through index: LogIndex) {
    guard index > base.index, let term = term(at: index) else { return }
    slots.removeFirst(offset(of: index) + 1)
    base = LogPosition(term: term, index: index)
    faulty.removeAll { $0 <= index }
    durability.compact(through: index)
    measure()
  }

  /// Frees some of what was forgotten, a bounded number of entries: to free all of it at once would
  /// hold up whoever owns the log.
  mutating func letGo() { slots.letGo(Limits.freedEachStep) }

  /// Entries that are forgotten and not freed yet.
  var waiting: Int { slots.waiting }

  /// The index up to which the log can go so that at most `keep` bytes before `index` stay.
  public func tailStart(before index: LogIndex, keep: Int) -> LogIndex {
    let end = min(index, last.index)
    guard end > base.index else { return end }
    return base.index + slots.start(before: offset(of: end) + 1, keep: keep)
  }

  /// The last index of `term` or of an earlier one, at or before `index`: how far a log of that
  /// term can match.
  public func lastIndex(atMost index: LogIndex, term bound: Term) -> LogIndex {
    var candidate = min(index, last.index)
    while candidate > base.index, let term = term(at: candidate), term > bound {
      candidate = candidate.previous
    }
    return candidate
  }

  private func offset(of index: LogIndex) -> Int { index.distance(from: base.index) - 1 }

  private mutating func measure() {
    durable = durability.stored
    for first in [faulty.first, durability.firstFilling] {
      if let first { durable = min(durable, first.previous) }
    }
  }
}
