/// Walks a tree's records in order, forwards and backwards. It keeps the leaf it stands in and the
/// fences around it; at an edge it seeks the fence, which costs one descent a leaf.
///
/// It holds the root, so no node that it can reach is ever uniquely referenced by a tree that
/// changes: hence `Sendable`, although unchecked.
struct Cursor: @unchecked Sendable {
  private let root: Node
  private var leaf: Node
  private var index: Int
  private var low: Fence?
  private var high: Fence?

  /// Stands at the first record at or behind `position`.
  init(_ tree: RecordTree, from position: Position) {
    root = tree.root
    (leaf, index) = (tree.root, 0)
    descend(to: position, leftOf: false)
    index = leaf.lowerBound(position)
    skipForwards()
  }

  /// Stands at the last record in front of `position`; nil: at the last of all.
  init(_ tree: RecordTree, before position: Position?) {
    root = tree.root
    (leaf, index) = (tree.root, 0)
    if let position {
      descend(to: position, leftOf: true)
      index = leaf.lowerBound(position)
    } else {
      descendToEnd()
      index = leaf.count
    }
    retreat()
  }

  /// The record the cursor stands at; nil beyond either end.
  var record: Record? { index >= 0 && index < leaf.count ? leaf.records[index] : nil }

  /// The same without a reference of its own: valid while the cursor's tree is.
  var unretainedRecord: Unmanaged<Record>? {
    index >= 0 && index < leaf.count ? leaf.unretainedRecord(at: index) : nil
  }

  mutating func advance() {
    index += 1
    skipForwards()
  }

  mutating func retreat() {
    index -= 1
    while index < 0, let fence = low {
      descend(to: fence.position, leftOf: true)
      index = leaf.count - 1
    }
  }

  private mutating func skipForwards() {
    while index >= leaf.count, let fence = high {
      descend(to: fence.position, leftOf: false)
      index = 0
    }
  }

  private mutating func descend(to position: Position, leftOf: Bool) {
    var (node, low, high) = (root, Fence?.none, Fence?.none)
    while !node.isLeaf {
      let child = node.child(of: position, leftOf: leftOf)
      if child > 0 { low = node.fences[child - 1] }
      if child < node.count - 1 { high = node.fences[child] }
      node = node.children[child]
    }
    (leaf, self.low, self.high) = (node, low, high)
  }

  private mutating func descendToEnd() {
    var node = root
    while !node.isLeaf {
      let last = node.count - 1
      if last > 0 { low = node.fences[last - 1] }
      node = node.children[last]
    }
    leaf = node
  }
}
