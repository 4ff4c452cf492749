internal import RaftTypes

/// How far storage has got with a log, write by write. Writes complete in their order, so one
/// answer covers every write before it; what a later write replaced is clipped from those still
/// under way (pitfall 13).
struct Durability: Hashable, Sendable {
  private struct Write: Hashable, Sendable {
    let sequence: UInt64
    /// Where an append ended; nil for the other changes, which their sequence names well enough.
    let position: LogPosition?
    /// How far the log is stored once this is done.
    var end: LogIndex
    /// Slots that get their bodies back.
    var filled: [LogIndex]
  }

  /// Storage holds every slot up to here, though perhaps not the body of each.
  private(set) var stored: LogIndex
  // Oldest first.
  private var underWay: [Write] = []
  private var nextSequence: UInt64 = 1

  init(stored: LogIndex) { self.stored = stored }

  /// Whether an answer of storage is still to come.
  var isWriting: Bool { !underWay.isEmpty }

  /// The first slot whose body is on its way back.
  var firstFilling: LogIndex? {
    underWay.reduce(nil) { first, write in
      guard let filling = write.filled.first else { return first }
      return min(first ?? filling, filling)
    }
  }

  /// Numbers a change and keeps account of it until storage answers.
  mutating func begin(_ change: LogWrite.Change) -> LogWrite {
    let write = LogWrite(sequence: nextSequence, change: change)
    nextSequence += 1
    switch change {
    case .append(let entries):
      guard let last = entries.last?.position else { return write }
      underWay.append(
        Write(sequence: write.sequence, position: last, end: last.index, filled: []))
    case .fill(let entries):
      underWay.append(
        Write(sequence: write.sequence, position: nil, end: stored, filled: entries.map(\.index)))
    case .reset(let snapshot):
      // The snapshot itself is durable, so the log is stored up to it even before the reset is.
      stored = snapshot.position.index
      underWay = [Write(sequence: write.sequence, position: nil, end: stored, filled: [])]
    }
    return write
  }

  /// Storage's answer. One that names an append by another position is of another life and says
  /// nothing.
  mutating func complete(_ completion: LogCompletion) {
    var done = 0
    while done < underWay.count, underWay[done].sequence <= completion.sequence {
      let write = underWay[done]
      if write.sequence == completion.sequence, let position = write.position,
        position != completion.position
      {
        return
      }
      done += 1
    }
    for write in underWay[..<done] { stored = max(stored, write.end) }
    underWay.removeFirst(done)
  }

  /// The slots from `index` on are being replaced: what is on its way there no longer counts.
  mutating func forget(from index: LogIndex) {
    stored = min(stored, index.previous)
    for place in underWay.indices {
      underWay[place].end = min(underWay[place].end, index.previous)
      underWay[place].filled.removeAll { $0 >= index }
    }
  }

  /// The slots up to `index` are covered by a durable snapshot.
  mutating func compact(through index: LogIndex) {
    stored = max(stored, index)
    for place in underWay.indices { underWay[place].filled.removeAll { $0 <= index } }
  }
}
