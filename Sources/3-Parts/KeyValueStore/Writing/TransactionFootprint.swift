internal import BinaryCodec
internal import ClientProtocol

/// The keys that a transaction may put and the ranges that it may delete, whichever branches are
/// taken.
///
/// A key may be written once: two puts of it, or a put and a delete that covers it, are refused,
/// as etcd does, so that one revision of a key is one version. The two branches of a nested
/// transaction exclude each other and may write the same key; two deletes may overlap, the second
/// finds nothing. The answer does not depend on the state.
struct TransactionFootprint {
  /// What one step of a branch writes. Only what different steps write can clash.
  private struct Claim<Target> {
    let target: Target
    var step: Int
  }

  private var puts: [Claim<Bytes>] = []
  private var deletes: [Claim<KeyRange>] = []
  /// The places of a branch's steps in the order of the keys that they put; nil where they do
  /// anything else. In that order they may be done, since none of them sees another.
  private(set) var successOrder: [Int]?
  private(set) var failureOrder: [Int]?

  /// - Throws: `duplicateKey`.
  init(of transaction: Transaction) throws(StoreRefusal) {
    successOrder = try Self.order(ofPuts: transaction.success)
    failureOrder = try Self.order(ofPuts: transaction.failure)
    if successOrder == nil { try add(transaction.success) }
    if failureOrder == nil { try add(transaction.failure) }
  }

  // What bulk writers send, without a claim for each key.
  private static func order(ofPuts branch: [Transaction.Step]) throws(StoreRefusal) -> [Int]? {
    var keys: [Bytes] = []
    keys.reserveCapacity(branch.count)
    for step in branch {
      guard case .put(let put) = step else { return nil }
      keys.append(put.key)
    }
    let (places, ties) = KeyOrder.places(of: keys)
    guard !ties.contains(where: { keys[places[$0]] == keys[places[$0 + 1]] }) else {
      throw .duplicateKey
    }
    return places
  }

  private mutating func add(_ transaction: Transaction) throws(StoreRefusal) {
    try add(transaction.success)
    try add(transaction.failure)
  }

  // Everything in a branch runs, so no key may be written by two of its steps.
  private mutating func add(_ branch: [Transaction.Step]) throws(StoreRefusal) {
    let (firstPut, firstDelete) = (puts.count, deletes.count)
    for (number, step) in branch.enumerated() {
      switch step {
      case .put(let put): puts.append(Claim(target: put.key, step: number))
      case .delete(let delete): deletes.append(Claim(target: delete.range, step: number))
      case .range: break
      case .transaction(let inner):
        let (put, delete) = (puts.count, deletes.count)
        try add(inner)
        for i in put..<puts.count { puts[i].step = number }
        for i in delete..<deletes.count { deletes[i].step = number }
      }
    }
    try refuseClashes(of: puts[firstPut...], with: deletes[firstDelete...])
  }

  private func refuseClashes(
    of puts: ArraySlice<Claim<Bytes>>, with deletes: ArraySlice<Claim<KeyRange>>
  ) throws(StoreRefusal) {
    guard puts.count > 1 || !deletes.isEmpty else { return }
    let (places, ties) = KeyOrder.places(of: puts.map(\.target))
    for tie in ties {
      let one = puts[puts.startIndex + places[tie]]
      let next = puts[puts.startIndex + places[tie + 1]]
      if one.step != next.step, one.target == next.target { throw .duplicateKey }
    }
    // At most 1,024 of both.
    for delete in deletes {
      for put in puts where put.step != delete.step && delete.target.contains(put.target) {
        throw .duplicateKey
      }
    }
  }
}

extension KeyOrder {
  /// The places of `keys` in their order, and which of them may hold the same key as the next:
  /// equal keys stand beside each other, and hardly any others tie.
  static func places(of keys: [Bytes]) -> (places: [Int], ties: [Int]) {
    struct Place {
      let head: UInt64
      let place: Int
    }
    guard let first = keys.first else { return ([], []) }
    // Behind what all of them share, eight bytes nearly always decide, without a look at the keys.
    let skip = first.withUnsafeBytes { first in
      keys.reduce(first.count) { skip, key in
        min(skip, key.withUnsafeBytes { shared(first, $0) })
      }
    }
    var places = keys.indices.map { place in
      Place(head: keys[place].withUnsafeBytes { head($0, skip: skip) }, place: place)
    }
    places.sort { a, b in
      guard a.head == b.head else { return a.head < b.head }
      return keys[a.place].withUnsafeBytes { left in
        keys[b.place].withUnsafeBytes { compare(left, $0, skip: skip) < 0 }
      }
    }
    let ties = places.indices.dropLast().filter { places[$0].head == places[$0 + 1].head }
    return (places.map(\.place), ties)
  }
}

extension KeyRange {
  func contains(_ key: Bytes) -> Bool {
    switch end {
    case .single: key == start
    case .before(let bound):
      !key.lexicographicallyPrecedes(start) && key.lexicographicallyPrecedes(bound)
    case .unbounded: !key.lexicographicallyPrecedes(start)
    }
  }
}
