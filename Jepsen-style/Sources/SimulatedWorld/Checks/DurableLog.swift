internal import RaftCore
internal import RaftTypes
internal import WriteAheadLog

/// What a disk certainly holds, entry by entry: acknowledgements may claim that and nothing else.
struct DurableLog {
  private var base: LogIndex
  /// Of the entries behind `base`.
  private var terms: [Term]
  /// What it held in this life and what newer leaders have replaced.
  private var replaced: Set<LogPosition> = []
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
        forget(from: kept)
        terms += entries.map(\.term)
      case .fill: break
      case .reset(let snapshot):
        forget(from: 0)
        base = snapshot.position.index
      }
    }
    written = []
  }

  private mutating func forget(from kept: Int) {
    for place in kept..<terms.count {
      let index = LogIndex(base.number + UInt64(place) + 1)
      replaced.insert(LogPosition(term: terms[place], index: index))
    }
    terms.removeSubrange(kept...)
  }

  /// Whether this very entry was there once, and was replaced.
  func hasHeld(_ position: LogPosition) -> Bool { replaced.contains(position) }

  /// Whether there is an entry at `index`, or was before the log was cut behind it.
  func reaches(_ index: LogIndex) -> Bool { index.distance(from: base) <= terms.count }

  /// Whether this very entry is there; what a snapshot replaced is not asked for.
  func holds(_ position: LogPosition) -> Bool {
    let place = position.index.distance(from: base) - 1
    return terms.indices.contains(place) && terms[place] == position.term
  }
}
