internal import Determinism
public import RaftTypes

/// The configurations that the log and the snapshot hold. The newest one is in force as soon as it
/// is appended (§6), and stops being so when it is truncated (pitfall 23).
public struct Configurations: Hashable, Sendable {
  private struct Step: Hashable, Sendable {
    let index: LogIndex
    let membership: Membership
  }
  // Ascending by index.
  private var steps: [Step] = []

  init(_ recovered: Recovered) {
    if let snapshot = recovered.snapshot {
      steps = [Step(index: snapshot.position.index, membership: snapshot.membership)]
    }
    for case .entry(let entry) in recovered.slots
    where entry.index > (recovered.snapshot?.position.index ?? .zero) {
      note(entry)
    }
  }

  /// The newest in the log, committed or not.
  public var effective: Membership? { steps.last?.membership }

  /// Where the one in force stands in the log.
  public var effectiveIndex: LogIndex? { steps.last?.index }

  /// The one before that in force.
  var previous: Membership? { steps.dropLast().last?.membership }

  /// The one in force at `index`: what a snapshot of that index carries (pitfall 24).
  public func at(_ index: LogIndex) -> Membership? {
    steps.last { $0.index <= index }?.membership
  }

  /// The newest entry for `id` in any configuration that is still remembered.
  func newestNaming(_ id: NodeID) -> Member? {
    steps.lazy.reversed().compactMap { $0.membership.members[id] }.first
  }

  mutating func note(_ entry: Entry) {
    switch entry.payload {
    case .genesis(_, let membership), .membership(let membership):
      // Not always the newest: a slot that rotted gets its body back after later ones (pitfall 67).
      let place = steps.lastIndex { $0.index < entry.index }.map { $0 + 1 } ?? 0
      steps.insert(Step(index: entry.index, membership: membership), at: place)
    case .termStart, .command, .address, .snapshotMark: break
    }
  }

  mutating func truncate(from index: LogIndex) { steps.removeAll { $0.index >= index } }

  /// Keeps the one in force at `index` and the later ones.
  mutating func compact(through index: LogIndex) {
    guard let kept = steps.lastIndex(where: { $0.index <= index }) else { return }
    steps.removeFirst(kept)
  }

  mutating func reset(to snapshot: SnapshotDescriptor, keepingTail: Bool) {
    let tail = keepingTail ? steps.filter { $0.index > snapshot.position.index } : []
    steps =
      [Step(index: snapshot.position.index, membership: snapshot.membership)] + tail
  }
}
