import BinaryCodec
import Determinism
import RaftCore
import RaftTypes

/// Sees everything that every node does, and knows what must never happen (figure 3 of the paper).
struct Oracle {
  /// The one history: committed entries from index 1 on, and the state's hash after each.
  private(set) var history: [Entry] = []
  private var hashes: [UInt64] = [0]
  private var leaders: SortedMap<Term, NodeID> = SortedMap()
  /// Every entry that any log ever held, and what stood before it (log matching, inductively).
  private var entries: SortedMap<LogPosition, Entry> = SortedMap()
  private var before: SortedMap<LogPosition, LogPosition> = SortedMap()
  /// Votes that left a disk, by its incarnation and the term.
  private var votes: SortedMap<UInt64, SortedMap<Term, NodeID>> = SortedMap()

  /// How far the state machines have got, at the best of them.
  var end: LogIndex { LogIndex(UInt64(history.count)) }

  /// Terms that had a leader.
  var elections: Int { leaders.count }

  /// Configurations that were chosen.
  var configurations: Int {
    history.filter { if case .membership = $0.payload { true } else { false } }.count
  }

  func entry(at index: LogIndex) -> Entry? {
    history.indices.contains(Int(index.number) - 1) ? history[Int(index.number) - 1] : nil
  }

  func hash(at index: LogIndex) -> UInt64 { hashes[Int(index.number)] }

  /// Log matching: a position has one entry and one predecessor, in all logs and for ever.
  mutating func saw(_ appended: [Entry], behind previous: LogPosition) throws {
    var previous = previous
    for entry in appended {
      if let known = entries[entry.position] {
        guard known == entry, before[entry.position] == previous else {
          throw Violation("log matching: two logs differ at \(entry.position)")
        }
      } else {
        entries[entry.position] = entry
        before[entry.position] = previous
      }
      previous = entry.position
    }
  }

  /// State-machine safety: everybody applies the same entry at an index, and none is skipped.
  mutating func applied(_ entry: Entry, behind applied: LogIndex, by id: NodeID) throws -> Bool {
    guard entry.index == applied.next else {
      throw Violation("\(id) applies \(entry.position) behind \(applied)")
    }
    if let known = self.entry(at: entry.index) {
      guard known == entry else {
        throw Violation("state-machine safety: \(id) applies \(entry), others \(known)")
      }
      return false
    }
    guard entry.index == end.next else {
      throw Violation("\(id) applies \(entry.position), the history ends at \(end)")
    }
    history.append(entry)
    hashes.append(Self.mix(hashes[hashes.count - 1], entry))
    return true
  }

  /// Election safety and leader completeness.
  mutating func elected(_ node: RaftNode) throws {
    if let other = leaders[node.term], other != node.id {
      throw Violation("election safety: \(other) and \(node.id) lead \(node.term)")
    }
    leaders[node.term] = node.id
    for entry in history where entry.index > node.log.base.index {
      guard node.log.holds(entry.position) else {
        throw Violation(
          "leader completeness: \(node.id) leads \(node.term) without \(entry.position)")
      }
    }
  }

  /// One vote a term, whatever happens in between (pitfall 2).
  mutating func voted(
    _ voter: DiskIncarnation, for candidate: NodeID, in term: Term
  ) throws {
    let earlier = votes[voter.number]?[term]
    guard earlier == nil || earlier == candidate else {
      throw Violation(
        "\(voter) votes for \(String(describing: earlier)) and \(candidate) in \(term)")
    }
    votes[voter.number, default: SortedMap()][term] = candidate
  }

  /// A snapshot is a point of the one history.
  func recognises(_ snapshot: SnapshotDescriptor) throws {
    let known = entry(at: snapshot.position.index)
    guard known?.position == snapshot.position,
      hash(at: snapshot.position.index) == snapshot.stateHash
    else { throw Violation("snapshot \(snapshot.position) is not of this history") }
  }

  private static func mix(_ hash: UInt64, _ entry: Entry) -> UInt64 {
    var sum = hash &* 31 &+ entry.term.number &* 7 &+ entry.index.number
    if case .command(let bytes) = entry.payload {
      for byte in bytes { sum = sum &* 31 &+ UInt64(byte) }
    }
    return sum
  }
}

extension SortedMap {
  fileprivate subscript(key: Key, default fallback: Value) -> Value {
    get { self[key] ?? fallback }
    set { self[key] = newValue }
  }
}
