internal import RaftCore
internal import RaftTypes

/// Writes of this node's own leaderships whose clients wait.
///
/// One run for each leadership, in log order. A later leadership may write at the indexes of an
/// earlier one that lost; which of the two is chosen is known only when the index commits.
struct PendingWrites: Sendable {
  /// What became of a write.
  enum Fate: Sendable {
    /// Its entry is being applied.
    case applied(Ticket)
    /// Another entry was committed in its place: it never happens (§5.3, Log Matching).
    case overwritten(Ticket)
  }

  private struct Run: Sendable {
    var writes: [Appended] = []
    var head = 0

    var isDone: Bool { head == writes.count }

    mutating func settle(through index: LogIndex, _ body: (Appended) -> Void) {
      while head < writes.count, writes[head].position.index <= index {
        head += 1
        body(writes[head - 1])
      }
      if head > 1024, head * 2 > writes.count {
        writes.removeFirst(head)
        head = 0
      }
    }
  }

  private var runs: [Run] = [Run()]

  mutating func add(_ write: Appended) {
    let last = runs.count - 1
    if let newest = runs[last].writes.last, newest.position.index >= write.position.index {
      runs.append(Run(writes: [write]))
    } else {
      runs[last].writes.append(write)
    }
  }

  /// The fates that the committed entry at `position` decides.
  mutating func settle(_ position: LogPosition, _ body: (Fate) -> Void) {
    for i in runs.indices {
      runs[i].settle(through: position.index) { write in
        body(write.position == position ? .applied(write.ticket) : .overwritten(write.ticket))
      }
    }
    if runs.count > 1 { runs = runs.dropLast().filter { !$0.isDone } + runs.suffix(1) }
  }

  /// A snapshot replaced the log up to `index`: whether these writes are in it cannot be told.
  mutating func forget(through index: LogIndex) -> [Ticket] {
    var tickets: [Ticket] = []
    for i in runs.indices {
      runs[i].settle(through: index) { tickets.append($0.ticket) }
    }
    return tickets
  }
}
