/// A map that is walked in the order of its keys, so that every run takes the same path.
///
/// `Dictionary` is seeded anew in each process; iterating one would make two replicas, or two runs
/// of one seed, differ. Entries stand in one sorted array: right for peers, members and pending
/// requests (up to some thousands); appending a key larger than all others, the usual case, costs
/// O(1), anything else O(n).
///
/// Inlinable, so that every module gets its own code for its own keys: a turn of a replica makes
/// dozens of look-ups, and called generically they took 28 % of a simulated cluster's time.
@frozen public struct SortedMap<Key: Comparable, Value> {
  @usableFromInline var sortedKeys: [Key] = []
  @usableFromInline var sortedValues: [Value] = []

  @inlinable public init() {}

  @inlinable public var keys: [Key] { sortedKeys }
  /// In the order of their keys.
  @inlinable public var values: [Value] { sortedValues }

  /// Later pairs win over earlier ones of the same key.
  @inlinable public init(_ pairs: some Sequence<(Key, Value)>) {
    for (key, value) in pairs { self[key] = value }
  }

  @inlinable public var count: Int { sortedKeys.count }
  @inlinable public var isEmpty: Bool { sortedKeys.isEmpty }

  /// The value at `key`; setting nil removes it.
  @inlinable public subscript(key: Key) -> Value? {
    get {
      let i = position(of: key)
      return i < sortedKeys.count && sortedKeys[i] == key ? sortedValues[i] : nil
    }
    set {
      let i = position(of: key)
      let present = i < sortedKeys.count && sortedKeys[i] == key
      if let newValue {
        if present {
          sortedValues[i] = newValue
        } else {
          sortedKeys.insert(key, at: i)
          sortedValues.insert(newValue, at: i)
        }
      } else if present {
        sortedKeys.remove(at: i)
        sortedValues.remove(at: i)
      }
    }
  }

  /// Changes the value at `key` in place; returns nil, and does not call `change`, when there is
  /// none.
  @inlinable public mutating func update<Result>(
    _ key: Key, _ change: (inout Value) -> Result
  ) -> Result? {
    let i = position(of: key)
    guard i < sortedKeys.count, sortedKeys[i] == key else { return nil }
    return change(&sortedValues[i])
  }

  /// Changes every value in place, in key order.
  @inlinable public mutating func updateAll(_ change: (Key, inout Value) -> Void) {
    for i in sortedKeys.indices { change(sortedKeys[i], &sortedValues[i]) }
  }

  /// Removes and returns the value at `key`.
  @inlinable @discardableResult public mutating func remove(_ key: Key) -> Value? {
    let i = position(of: key)
    guard i < sortedKeys.count, sortedKeys[i] == key else { return nil }
    sortedKeys.remove(at: i)
    return sortedValues.remove(at: i)
  }

  /// Removes the pairs for which `condition` holds and returns them in key order.
  @inlinable @discardableResult public mutating func removeAll(
    where condition: (Key, Value) -> Bool
  ) -> [(Key, Value)] {
    var removed: [(Key, Value)] = []
    var kept = SortedMap()
    for i in sortedKeys.indices {
      if condition(sortedKeys[i], sortedValues[i]) {
        removed.append((sortedKeys[i], sortedValues[i]))
      } else {
        kept.sortedKeys.append(sortedKeys[i])
        kept.sortedValues.append(sortedValues[i])
      }
    }
    if !removed.isEmpty { self = kept }
    return removed
  }

  // The first place whose key is not smaller; looks at the end first because keys mostly grow.
  @inlinable func position(of key: Key) -> Int {
    guard let last = sortedKeys.last else { return 0 }
    if last < key { return sortedKeys.count }
    var low = 0
    var high = sortedKeys.count
    while low < high {
      let middle = (low + high) / 2
      if sortedKeys[middle] < key { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension SortedMap: Sequence {
  @inlinable public func makeIterator() -> Zip2Sequence<[Key], [Value]>.Iterator {
    zip(keys, values).makeIterator()
  }
}

extension SortedMap: Equatable where Value: Equatable {}
extension SortedMap: Hashable where Key: Hashable, Value: Hashable {}
extension SortedMap: Sendable where Key: Sendable, Value: Sendable {}
