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
    let node = unsafeDowncast(buffer, to: Node.self)
    node.clearHeads(from: 0)
    return node
  }

  /// Sets the heads that are not used, from `start` on, to what no head is above.
  func clearHeads(from start: Int) {
    (heads + start).update(repeating: .max, count: Node.capacity - start)
  }

  deinit {
    let count = info.count
    if isLeaf {
      records.deinitialize(count: count)
    } else {
      fences.deinitialize(count: max(0, count - 1))
      children.deinitialize(count: count)
    }
  }

  /// `header`, read and written through its address: as a stored property of a class it would be
  /// checked for exclusive access at run time, which costs as much as the search of a node.
  var info: NodeHeader {
    get { withUnsafeMutablePointerToHeader { $0.pointee } }
    set { withUnsafeMutablePointerToHeader { $0.pointee = newValue } }
  }

  var isLeaf: Bool { info.height == 0 }
  var count: Int { info.count }
  var isFull: Bool { info.count == Node.capacity }

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

  // A strong reference and an unmanaged one have the same layout: one word.
  func unretainedChild(at index: Int) -> Unmanaged<Node> {
    UnsafeRawPointer(children).load(
      fromByteOffset: index * MemoryLayout<Unmanaged<Node>>.stride, as: Unmanaged<Node>.self)
  }

  /// Valid while this leaf holds the record.
  func unretainedRecord(at index: Int) -> Unmanaged<Record> {
    UnsafeRawPointer(records).load(
      fromByteOffset: index * MemoryLayout<Unmanaged<Record>>.stride, as: Unmanaged<Record>.self)
  }

  /// Valid while this leaf holds the record.
  func keyOfRecord(at index: Int) -> UnsafeRawBufferPointer {
    unretainedRecord(at: index)._withUnsafeGuaranteedRef { $0.key }
  }

  /// Valid while this leaf holds the record.
  func positionOfRecord(at index: Int) -> Position {
    unretainedRecord(at: index)._withUnsafeGuaranteedRef { $0.position }
  }

  private func unretainedFence(at index: Int) -> Unmanaged<Fence> {
    UnsafeRawPointer(fences).load(
      fromByteOffset: index * MemoryLayout<Unmanaged<Fence>>.stride, as: Unmanaged<Fence>.self)
  }

  /// Valid while this branch holds the fence.
  func positionOfFence(at index: Int) -> Position {
    unretainedFence(at: index)._withUnsafeGuaranteedRef { $0.position }
  }

  /// Records of the whole subtree.
  var total: Int { isLeaf ? count : (0..<count).reduce(0) { $0 + counts[$1] } }

  func copy() -> Node {
    let other = Node.make(height: info.height, skip: info.skip)
    other.info.count = count
    other.heads.update(from: heads, count: Node.capacity)
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
    info.skip = skip
    if isLeaf {
      for i in 0..<count { heads[i] = KeyOrder.head(records[i].key, skip: skip) }
      clearHeads(from: count)
    } else {
      for i in 0..<max(0, count - 1) {
        heads[i] = KeyOrder.head(fences[i].position.key, skip: skip)
      }
      clearHeads(from: max(0, count - 1))
    }
  }
}
