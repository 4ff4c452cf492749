/// A set of small numbers as bits: which of the open operations have some property.
///
/// The first 64 need no memory beyond the value; `rest` never ends with a zero word, so that equal
/// sets are equal values.
struct SlotSet: Hashable, Sendable {
  private var first: UInt64 = 0
  private var rest: [UInt64] = []

  func contains(_ slot: Int) -> Bool {
    guard slot >= 64 else { return first & (1 << UInt64(slot)) != 0 }
    let word = slot / 64 - 1
    return word < rest.count && rest[word] & (1 << UInt64(slot % 64)) != 0
  }

  mutating func insert(_ slot: Int) {
    guard slot >= 64 else {
      first |= 1 << UInt64(slot)
      return
    }
    let word = slot / 64 - 1
    while rest.count <= word { rest.append(0) }
    rest[word] |= 1 << UInt64(slot % 64)
  }

  mutating func remove(_ slot: Int) {
    guard slot >= 64 else {
      first &= ~(1 << UInt64(slot))
      return
    }
    let word = slot / 64 - 1
    guard word < rest.count else { return }
    rest[word] &= ~(1 << UInt64(slot % 64))
    while rest.last == 0 { rest.removeLast() }
  }

  func isSubset(of other: SlotSet) -> Bool {
    guard first & ~other.first == 0, rest.count <= other.rest.count else { return false }
    for word in rest.indices where rest[word] & ~other.rest[word] != 0 { return false }
    return true
  }

  var count: Int {
    rest.reduce(first.nonzeroBitCount) { $0 + $1.nonzeroBitCount }
  }
}
