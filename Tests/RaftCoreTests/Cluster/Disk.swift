import Determinism
import RaftCore
import RaftTypes

/// One node's disk: what is on it, and what is on its way there in order. A crash loses what is on
/// its way.
struct Disk {
  enum Work {
    case write(LogWrite)
    case compact(through: LogIndex)
  }

  private(set) var incarnation: DiskIncarnation
  private(set) var ballot: Ballot
  var snapshot: SnapshotDescriptor?
  private(set) var base = LogPosition.origin
  private(set) var slots: [LogSlot] = []
  private(set) var queue: [Work] = []
  private(set) var ballots: [Ballot] = []
  /// Nothing completes while it hangs.
  var hangs = false
  /// The snapshot cannot be read, and nothing before the base can be replayed.
  var lostState = false

  init(incarnation: DiskIncarnation, slots: [LogSlot] = []) {
    self.incarnation = incarnation
    self.slots = slots
    ballot = .blank
  }

  var recovered: Recovered {
    Recovered(
      ballot: ballot, incarnation: incarnation, snapshot: snapshot, base: base, slots: slots,
      stateIsSound: !lostState)
  }

  var last: LogPosition { slots.last?.position ?? base }

  mutating func submit(_ work: Work) { queue.append(work) }
  mutating func submit(_ ballot: Ballot) { ballots.append(ballot) }

  /// Finishes the work at the head of the queue; a write gives the completion to report.
  mutating func finishNext() throws -> LogCompletion? {
    guard !queue.isEmpty else { return nil }
    switch queue.removeFirst() {
    case .compact(let index): compact(through: index)
    case .write(let write):
      try apply(write.change)
      return LogCompletion(sequence: write.sequence, position: Self.end(of: write.change, last))
    }
    return nil
  }

  mutating func finishBallot() -> Ballot? {
    guard !ballots.isEmpty else { return nil }
    let written = ballots.removeFirst()
    ballot = written
    return written
  }

  /// Power fails: of what was on its way, only so much reached the platter, and nobody was told.
  mutating func crash(keeping works: Int, ballots kept: Int) throws {
    for _ in 0..<min(works, queue.count) { _ = try finishNext() }
    for _ in 0..<min(kept, ballots.count) { _ = finishBallot() }
    queue = []
    ballots = []
    hangs = false
  }

  /// Both copies of the ballot rot: recovery makes this a new disk with the old log.
  mutating func loseBallot() {
    incarnation = DiskIncarnation(incarnation.number + 50)
    ballot = Ballot(term: last.term, vote: nil)
  }

  /// The body at `index` rots; its identity in the other sector stays.
  mutating func rot(_ index: LogIndex) {
    guard let place = place(of: index) else { return }
    slots[place] = .faulty(slots[place].position)
  }

  /// Those of the entries that it can read.
  func entries(at positions: [LogPosition]) -> [Entry] {
    positions.compactMap { position in
      guard let place = place(of: position.index), case .entry(let entry) = slots[place],
        entry.position == position
      else { return nil }
      return entry
    }
  }

  /// Writes rotten entries once more.
  mutating func restore(_ entries: [Entry]) {
    for entry in entries {
      guard let place = place(of: entry.index) else { continue }
      slots[place] = .entry(entry)
    }
  }

  /// Whether the disk holds this position with its body, or a snapshot that covers it.
  func holds(_ position: LogPosition) -> Bool {
    if let snapshot, position.index <= snapshot.position.index { return true }
    if position.index <= base.index { return true }
    guard let place = place(of: position.index), case .entry(let entry) = slots[place] else {
      return false
    }
    return entry.position == position
  }

  /// Whether the disk holds this position and every body before it.
  func holdsAll(through position: LogPosition) -> Bool {
    guard holds(position) else { return false }
    let covered = snapshot?.position.index ?? .zero
    return slots.prefix { $0.position.index <= position.index }.allSatisfy { slot in
      if case .faulty(let rotted) = slot { rotted.index <= covered } else { true }
    }
  }

  /// Whether the disk holds this position, or did before it rotted.
  func held(_ position: LogPosition) -> Bool {
    if holds(position) { return true }
    return place(of: position.index).map { slots[$0] == .faulty(position) } ?? false
  }

  private func place(of index: LogIndex) -> Int? {
    let place = index.distance(from: base.index) - 1
    return slots.indices.contains(place) ? place : nil
  }

  private mutating func apply(_ change: LogWrite.Change) throws {
    switch change {
    case .append(let entries):
      guard let first = entries.first?.index, first > base.index, first <= last.index.next else {
        throw Violation("append \(entries.map(\.position)) does not fit behind \(base)...\(last)")
      }
      slots.removeSubrange((first.distance(from: base.index) - 1)...)
      slots += entries.map { .entry($0) }
    case .fill(let entries):
      for entry in entries {
        guard let place = place(of: entry.index) else { continue }
        guard slots[place] == .faulty(entry.position) else {
          throw Violation("fill of \(entry.position), which is not faulty")
        }
        slots[place] = .entry(entry)
      }
    case .reset(let snapshot):
      base = snapshot.position
      slots = []
    }
  }

  private mutating func compact(through index: LogIndex) {
    guard let place = place(of: index) else { return }
    base = slots[place].position
    slots.removeSubrange(...place)
  }

  private static func end(of change: LogWrite.Change, _ last: LogPosition) -> LogPosition {
    switch change {
    case .append(let entries), .fill(let entries): entries.last?.position ?? last
    case .reset(let snapshot): snapshot.position
    }
  }
}

/// Something that must never happen has happened.
struct Violation: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
