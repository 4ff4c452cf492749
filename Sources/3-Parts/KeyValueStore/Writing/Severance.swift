internal import Determinism

/// The time between two cuts, as views know it: each holds the one in which it was made, so that
/// the store can tell whether a view of that time is left.
final class Era: Sendable {}

/// Cuts dropped versions off the chains of their keys, and so frees them.
///
/// A view shares its records with the store. What was dropped before a view was made it never
/// looks at (`StoreView.predecessor`); what was dropped afterwards it may still read. So a
/// version is cut off when the era in which it was dropped, and all before, have no view left.
/// Which versions exist does not depend on it: views come and go otherwise on every node.
struct Severance: Sendable {
  // Unchecked, but true: the link of a record is cut by the store that dropped what it leads to,
  // once nobody else can look there.
  private struct Cut: @unchecked Sendable {
    let record: Record
  }

  private struct Past {
    /// The views that may still look: those of this era and of all before it.
    var era: Era
    var cuts = ChunkedQueue<Cut?>()
  }

  // Oldest first. Behind the first there are never two side by side whose era nobody holds, so
  // they are no more than the views and two.
  private var past: [Past] = []
  // What no view at all can look at, but for those of now when the era has not been asked yet.
  // Nil is what has left, as in `Garbage`.
  private var cuts = ChunkedQueue<Cut?>()

  /// Records whose chain is still to be cut.
  var count: Int { past.reduce(cuts.count) { $0 + $1.cuts.count } }

  /// The version that `record` superseded was dropped: no view that is made from now on has it.
  mutating func append(_ record: Record) { cuts.append(Cut(record: record)) }

  /// Cuts what nobody can look at any more, `limit` versions at most.
  ///
  /// - Parameter era: the one that a view of now would hold; another one, if views hold it.
  mutating func settle(_ era: inout Era, limit: Int) {
    if !cuts.isEmpty { wait(for: &era) }
    var left = limit
    while !past.isEmpty, isKnownUniquelyReferenced(&past[0].era) {
      Self.settle(&past[0].cuts, &left)
      guard past[0].cuts.isEmpty else { return }
      past.removeFirst()
    }
    Self.settle(&cuts, &left)
  }

  // What was dropped waits for the views that there are now.
  private mutating func wait(for era: inout Era) {
    if !isKnownUniquelyReferenced(&era) {
      if past.count > 1, isKnownUniquelyReferenced(&past[past.count - 1].era) {
        past[past.count - 1].era = era
      } else {
        past.append(Past(era: era))
      }
      era = Era()
    }
    guard let last = past.indices.last else { return }
    for cut in cuts { past[last].cuts.append(cut) }
    cuts = ChunkedQueue()
  }

  private static func settle(_ cuts: inout ChunkedQueue<Cut?>, _ left: inout Int) {
    while left > 0, let cut = cuts.first ?? nil {
      _ = cut.record.takeSuperseded()
      cuts[0] = nil
      cuts.removeFirst()
      cuts.letGo(1)
      left -= 1
    }
  }
}
