/// A map that is walked in the order of its keys, so that every run takes the same path.
///
/// `Dictionary` is seeded anew in each process; iterating one would make two replicas, or two runs
/// of one seed, differ. Entries stand in one sorted array: right for peers, members and pending
/// requests (up to some thousands); appending a key larger than all others, the usual case, costs
/// O(1), anything else O(n).
public struct SortedMap<Key: Comparable, Value> {
  public private(set) var keys: [Key] = []
  public private(set) var values: [Value] = []

  public init() {}

  /// Later pairs win over earlier ones of the same key.
  public init(_ pairs: some Sequence<(Key, Value)>) {
    for (key, value) in pairs { self[key] = value }
  }

  public var count: Int { keys.count }
  public var isEmpty: Bool { keys.isEmpty }

  /// The value at `key`; setting nil removes it.
  public subscript(key: Key) -> Value? {
    get {
      let i = position(of: key)
      return i < keys.count && keys[i] == key ? values[i] : nil
    }
    set {
      let i = position(of: key)
      let present = i < keys.count && keys[i] == key
      if let newValue {
        if present {
          values[i] = newValue
        } else {
          keys.insert(key, at: i)
          values.insert(newValue, at: i)
        }
      } else if present {
        keys.remove(at: i)
        values.remove(at: i)
      }
    }
  }

  /// Changes the value at `key` in place; returns nil, and does not call `change`, when there is
  /// none.
  public mutating func update<Result>(
    _ key: Key, _ change: (inout Value) -> Result
  ) -> Result? {
    let i = position(of: key)
    guard i < keys.count, keys[i] == key else { return nil }
    return change(&values[i])
  }

  /// Changes every value in place, in key order.
  public mutating func updateAll(_ change: (Key, inout Value) -> Void) {
    for i in keys.indices { change(keys[i], &values[i]) }
  }

  /// Removes and returns the value at `key`.
  @discardableResult public mutating func remove(_ key: Key) -> Value? {
    let i = position(of: key)
    guard i < keys.count, keys[i] == key else { return nil }
    keys.remove(at: i)
    return values.remove(at: i)
  }

  /// Removes the pairs for which `condition` holds and returns them in key order.
  @discardableResult public mutating func removeAll(
    where condition: (Key, Value) -> Bool
  ) -> [(Key, Value)] {
    var removed: [(Key, Value)] = []
    var kept = SortedMap()
    for i in keys.indices {
      if condition(keys[i], values[i]) {
        removed.append((keys[i], values[i]))
      } else {
        kept.keys.append(keys[i])
        kept.values.append(values[i])
      }
    }
    if !removed.isEmpty { self = kept }
    return removed
  }

  // The first place whose key is not smaller; looks at the end first because keys mostly grow.
  private func position(of key: Key) -> Int {
    guard let last = keys.last else { return 0 }
    if last < key { return keys.count }
    var low = 0
    var high = keys.count
    while low < high {
      let middle = (low + high) / 2
      if keys[middle] < key { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension SortedMap: Sequence {
  public func makeIterator() -> Zip2Sequence<[Key], [Value]>.Iterator {
    zip(keys, values).makeIterator()
  }
}

extension SortedMap: Equatable where Value: Equatable {}
extension SortedMap: Hashable where Key: Hashable, Value: Hashable {}
extension SortedMap: Sendable where Key: Sendable, Value: Sendable {}
