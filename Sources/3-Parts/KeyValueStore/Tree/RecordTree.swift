/// An ordered set of records: a B+tree, persistent by copy on write. Copying the value copies one
/// reference; a change then copies the nodes on one path, and only those that another copy still
/// shares.
///
/// It holds one record a key, the newest of its chain. The store keeps two trees: *live*, of the
/// keys that exist, and *graves*, of the tombstones of those that do not and whose versions are
/// kept. A key is in one of them at most.
///
/// `Sendable` is true although unchecked: fences never change, records only as `Record` says, and a
/// node is changed only while one tree alone refers to it.
///
/// Invariants: records stand in order of their keys, all different; every record of a subtree lies
/// between its fences; a branch counts the records of each child; all leaves have height 0 and the
/// same depth.
struct RecordTree: @unchecked Sendable {
  var root: Node

  init() { root = Node.make(height: 0, skip: 0) }

  var count: Int { root.total }

  var isEmpty: Bool { root.count == 0 }

  /// The record of the position's key.
  func find(_ position: Position) -> Record? {
    var node = Unmanaged.passUnretained(root)
    while !node.isLeaf { node = node.child(at: node.child(of: position)) }
    return node._withUnsafeGuaranteedRef { leaf in
      let index = leaf.lowerBound(position)
      guard index < leaf.count else { return nil }
      let key = leaf.keyOfRecord(at: index)
      guard KeyOrder.compare(key, position.key, skip: leaf.info.skip) == 0 else { return nil }
      return leaf.records[index]
    }
  }

  /// How many records precede `position`.
  func rank(of position: Position) -> Int {
    var node = Unmanaged.passUnretained(root)
    var rank = 0
    while !node.isLeaf {
      let index = node.child(of: position)
      node._withUnsafeGuaranteedRef { branch in
        for i in 0..<index { rank += branch.counts[i] }
      }
      node = node.child(at: index)
    }
    return rank + node._withUnsafeGuaranteedRef { $0.lowerBound(position) }
  }
}

// A descent through nodes that the tree holds: no reference is counted on the way, which would cost
// more than the comparisons.
extension Unmanaged<Node> {
  @inline(__always)
  fileprivate var isLeaf: Bool { _withUnsafeGuaranteedRef { $0.isLeaf } }

  @inline(__always)
  fileprivate func child(of position: Position) -> Int {
    _withUnsafeGuaranteedRef { $0.child(of: position) }
  }

  @inline(__always)
  fileprivate func child(at index: Int) -> Unmanaged<Node> {
    _withUnsafeGuaranteedRef { $0.unretainedChild(at: index) }
  }
}
