internal import BinaryCodec
internal import ClientProtocol

/// A range as places in the order of records: from `low` on, up to but without `high` (nil: to the
/// end).
struct Bounds {
  var low: Position
  var high: Position?

  func contains(_ key: UnsafeRawBufferPointer) -> Bool {
    let position = Position(key)
    guard !position.precedes(low) else { return false }
    return high.map { position.precedes($0) } ?? true
  }
}

extension KeyRange {
  /// Calls `body` with the range as places, valid while it runs.
  func withBounds<Result>(_ body: (Bounds) -> Result) -> Result {
    start.withUnsafeBytes { first in
      switch end {
      case .single: body(Bounds(low: Position(first), high: Position(first, revision: .max)))
      case .before(let bound):
        bound.withUnsafeBytes { body(Bounds(low: Position(first), high: Position($0))) }
      case .unbounded: body(Bounds(low: Position(first), high: nil))
      }
    }
  }
}

extension RangeQuery {
  /// Calls `body` with the whole range and with what lies behind the cursor `after`.
  func withBounds<Result>(_ body: (_ range: Bounds, _ rest: Bounds) -> Result) -> Result {
    range.withBounds { range in
      guard let after else { return body(range, range) }
      return after.withUnsafeBytes { key in
        var rest = range
        switch order {
        case .ascending:
          let behind = Position(key, revision: .max)
          if rest.low.precedes(behind) { rest.low = behind }
        case .descending:
          let before = Position(key)
          if rest.high.map({ before.precedes($0) }) ?? true { rest.high = before }
        }
        return body(range, rest)
      }
    }
  }
}

extension RecordTree {
  func count(in bounds: Bounds) -> Int {
    max(0, (bounds.high.map { rank(of: $0) } ?? count) - rank(of: bounds.low))
  }
}

extension Cursor {
  /// Stands at the first record of `bounds` in `order`, which may lie outside of them when they
  /// are empty.
  init(_ tree: RecordTree, in bounds: Bounds, order: RangeQuery.Order) {
    switch order {
    case .ascending: self.init(tree, from: bounds.low)
    case .descending: self.init(tree, before: bounds.high)
    }
  }

  mutating func step(_ order: RangeQuery.Order) {
    switch order {
    case .ascending: advance()
    case .descending: retreat()
    }
  }
}
