struct NodeHeader {
  /// Records of a leaf, children of a branch.
  var count: Int
  /// 0: a leaf.
  let height: Int
  /// Bytes that all keys of this subtree share because both fences do; heads begin behind them.
  var skip: Int
}

/// A node of the tree. A leaf holds records; a branch holds children, how many records each has,
/// and a fence between each two of them. Both hold one *head* a record or fence: the eight bytes
/// of its key behind those that the whole node shares, so that a search touches a record only
/// where heads are equal.
///
/// Copy on write: a node is changed only while it is uniquely referenced, so a node that a view
/// can reach never changes.
///
/// ```
/// leaf    heads[capacity] | records[capacity]
/// branch  heads[capacity] | fences[capacity] | children[capacity] | counts[capacity]
/// ```
final class Node: ManagedBuffer<NodeHeader, UInt64> {
  /// 64 heads fill 8 cache lines, of which a search touches about 4; a copied leaf costs 1 KiB and
  /// 64 retains.
  static let capacity = 64

  static func make(height: Int, skip: Int) -> Node {
    let words = height == 0 ? 2 * capacity : 4 * capacity
    let buffer = Node.create(minimumCapacity: words) { _ in
      NodeHeader(count: 0, height: height, skip: skip)
    }
    return unsafeDowncast(buffer, to: Node.self)
  }

  deinit {
    let count = header.count
    if isLeaf {
      records.deinitialize(count: count)
    } else {
      fences.deinitialize(count: max(0, count - 1))
      children.deinitialize(count: count)
    }
  }

  var isLeaf: Bool { header.height == 0 }
  var count: Int { header.count }
  var isFull: Bool { header.count == Node.capacity }

  // The regions are valid while the node is: every caller holds it, or the tree that it is part of.
  private func region<Value>(_ number: Int, of type: Value.Type) -> UnsafeMutablePointer<Value> {
    withUnsafeMutablePointerToElements {
      UnsafeMutableRawPointer($0 + number * Node.capacity).assumingMemoryBound(to: type)
    }
  }
  var heads: UnsafeMutablePointer<UInt64> { region(0, of: UInt64.self) }
  var records: UnsafeMutablePointer<Record> { region(1, of: Record.self) }
  var fences: UnsafeMutablePointer<Fence> { region(1, of: Fence.self) }
  var children: UnsafeMutablePointer<Node> { region(2, of: Node.self) }
  var counts: UnsafeMutablePointer<Int> { region(3, of: Int.self) }

  /// Records of the whole subtree.
  var total: Int { isLeaf ? count : (0..<count).reduce(0) { $0 + counts[$1] } }

  func copy() -> Node {
    let other = Node.make(height: header.height, skip: header.skip)
    other.header.count = count
    other.heads.initialize(from: heads, count: isLeaf ? count : max(0, count - 1))
    if isLeaf {
      other.records.initialize(from: records, count: count)
    } else {
      other.fences.initialize(from: fences, count: max(0, count - 1))
      other.children.initialize(from: children, count: count)
      other.counts.initialize(from: counts, count: count)
    }
    return other
  }

  /// Fixes the skip and all heads after the fences of the node have changed.
  func refit(low: UnsafePointer<Fence>?, high: UnsafePointer<Fence>?) {
    let skip = Fence.shared(low, high)
    header.skip = skip
    if isLeaf {
      for i in 0..<count { heads[i] = KeyOrder.head(records[i].key, skip: skip) }
    } else {
      for i in 0..<max(0, count - 1) {
        heads[i] = KeyOrder.head(fences[i].position.key, skip: skip)
      }
    }
  }
}
