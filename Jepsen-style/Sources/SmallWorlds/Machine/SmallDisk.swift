internal import RaftCore
internal import RaftTypes

/// What one node's storage holds, and what it was told to write and has not finished. A crash loses
/// the latter. Small worlds know neither snapshots nor rot, so the log starts at entry 1.
struct SmallDisk: Hashable, Sendable {
  let incarnation: DiskIncarnation
  private(set) var ballot = Ballot.blank
  private(set) var entries: [Entry]
  private(set) var ballots: [Ballot] = []
  private(set) var writes: [LogWrite] = []

  init(_ incarnation: DiskIncarnation, genesis: Entry) {
    self.incarnation = incarnation
    entries = [genesis]
  }

  var recovered: Recovered {
    Recovered(
      ballot: ballot, incarnation: incarnation, snapshot: nil, base: .origin,
      slots: entries.map { .entry($0) })
  }

  mutating func submit(_ ballot: Ballot) { ballots.append(ballot) }
  mutating func submit(_ write: LogWrite) { writes.append(write) }

  /// Finishes the oldest ballot under way.
  mutating func finishBallot() -> Ballot? {
    guard !ballots.isEmpty else { return nil }
    ballot = ballots.removeFirst()
    return ballot
  }

  /// Finishes the oldest log write under way.
  mutating func finishWrite() -> LogCompletion? {
    guard !writes.isEmpty else { return nil }
    let write = writes.removeFirst()
    let appended = Self.entries(of: write)
    guard let first = appended.first, let last = appended.last else { return nil }
    entries.removeSubrange(first.index.previous.distance(from: .zero)...)
    entries += appended
    return LogCompletion(sequence: write.sequence, position: last.position)
  }

  /// The power fails: what was under way never happened.
  mutating func crash() {
    ballots = []
    writes = []
  }

  /// The disk is replaced by one that remembers nothing, under the old name (pitfall 3).
  mutating func forgetEverything() {
    crash()
    entries.removeSubrange(1...)
    ballot = .blank
  }

  /// The promise is forgotten, the log kept: a sync that lied.
  mutating func forgetBallot() { ballot = .blank }

  func holds(_ position: LogPosition) -> Bool {
    let place = position.index.distance(from: .zero) - 1
    return place < 0 || (entries.indices.contains(place) && entries[place].position == position)
  }

  static func entries(of write: LogWrite) -> [Entry] {
    guard case .append(let entries) = write.change else {
      preconditionFailure("SmallDisk: \(write), in a world without snapshots and rot")
    }
    return entries
  }
}
