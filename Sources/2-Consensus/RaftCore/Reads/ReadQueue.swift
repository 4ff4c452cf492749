internal import Determinism
internal import RaftTypes

/// Linearizable reads at the leader (§6.4): each waits for the term's first commit, then for a
/// round that began after it arrived, then for nothing else.
struct ReadQueue: Hashable, Sendable {
  /// Whose read it is.
  enum Origin: Hashable, Sendable {
    case local(Ticket)
    case peer(NodeID, ticket: UInt64)
  }

  /// Reads that one round proves together.
  struct Batch: Hashable, Sendable {
    let round: UInt64
    let index: LogIndex
    let reads: [Origin]
  }

  /// Not yet part of a round.
  private(set) var waiting: [Origin] = []
  /// In the order of their rounds.
  private(set) var batches: [Batch] = []
  /// All reads in `waiting` and `batches`.
  private(set) var count = 0

  /// False, and nothing added, when `limit` reads are here already.
  mutating func add(_ origin: Origin, limit: Int) -> Bool {
    guard count < limit else { return false }
    waiting.append(origin)
    count += 1
    return true
  }

  /// Adds as many of this node's own reads as `limit` leaves room for; returns how many.
  mutating func add(_ tickets: [Ticket], limit: Int) -> Int {
    let taken = tickets.prefix(max(0, limit - count))
    waiting.append(contentsOf: taken.lazy.map { .local($0) })
    count += taken.count
    return taken.count
  }

  /// Everything that waits becomes part of `round`, to be answered from `index`.
  mutating func assign(to round: UInt64, index: LogIndex) {
    guard !waiting.isEmpty else { return }
    batches.append(Batch(round: round, index: index, reads: waiting))
    waiting = []
  }

  /// The batches that a confirmed round proves.
  mutating func confirmed(_ round: UInt64) -> [Batch] {
    let ready = batches.prefix { $0.round <= round }
    guard !ready.isEmpty else { return [] }
    batches.removeFirst(ready.count)
    count -= ready.reduce(0) { $0 + $1.reads.count }
    return Array(ready)
  }

  /// Every read still here, oldest first.
  var all: [Origin] { batches.flatMap(\.reads) + waiting }
}
