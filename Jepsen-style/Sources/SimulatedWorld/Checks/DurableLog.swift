internal import RaftCore
internal import RaftTypes
internal import WriteAheadLog

/// What a disk certainly holds, entry by entry: acknowledgements may claim that and nothing else.
struct DurableLog {
  private var base: LogIndex
  /// Of the entries behind `base`.
  private var terms: [Term]
  /// Written, and waiting for a sync.
  private var written: [LogWrite.Change] = []

  /// What recovery found is durable.
  init(_ recovery: Recovery) {
    base =
      recovery.slots.first?.position.index.previous
      ?? recovery.snapshot?.descriptor.position.index ?? .zero
    terms = recovery.slots.map(\.position.term)
  }

  mutating func wrote(_ change: LogWrite.Change) { written.append(change) }

  /// A sync has covered all that was written.
  mutating func synced() {
    for change in written {
      switch change {
      case .append(let entries):
        guard let first = entries.first else { continue }
        let kept = min(terms.count, max(0, first.index.distance(from: base) - 1))
        terms.removeSubrange(kept...)
        terms += entries.map(\.term)
      case .fill: break
      case .reset(let snapshot):
        base = snapshot.position.index
        terms = []
      }
    }
    written = []
  }

  /// Whether this very entry is there; what a snapshot replaced is not asked for.
  func holds(_ position: LogPosition) -> Bool {
    let place = position.index.distance(from: base) - 1
    return terms.indices.contains(place) && terms[place] == position.term
  }
}
