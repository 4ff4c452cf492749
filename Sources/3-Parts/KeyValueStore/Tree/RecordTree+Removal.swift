extension RecordTree {
  /// A node below this is joined with a neighbour when both together leave room to grow.
  private static let sparse = Node.capacity / 4
  private static let roomy = Node.capacity * 3 / 4

  /// Takes out the record that `find(position)` finds.
  mutating func remove(_ position: Position) -> Record? {
    guard find(position) != nil else { return nil }
    let removed = Self.remove(position, from: &root, low: nil, high: nil)
    while !root.isLeaf, root.count == 1 { root = root.children[0] }
    return removed
  }

  private static func remove(
    _ position: Position, from node: inout Node, low: UnsafePointer<Fence>?,
    high: UnsafePointer<Fence>?
  ) -> Record {
    if !isKnownUniquelyReferenced(&node) { node = node.copy() }
    if node.isLeaf { return node.remove(at: node.lowerBound(position)) }
    let index = node.child(of: position)
    let fences = node.fences
    let removed = remove(
      position, from: &node.children[index],
      low: index == 0 ? low : UnsafePointer(fences + index - 1),
      high: index == node.count - 1 ? high : UnsafePointer(fences + index))
    node.counts[index] -= 1
    if node.children[index].count < sparse {
      if index == 0 || !join(index - 1, of: node, low: low, high: high) {
        _ = join(index, of: node, low: low, high: high)
      }
    }
    return removed
  }

  /// Joins child `index` with the next one if both are small enough, or one is empty. So the only
  /// empty leaf there can be is the only child of its parent.
  private static func join(
    _ index: Int, of node: Node, low: UnsafePointer<Fence>?, high: UnsafePointer<Fence>?
  ) -> Bool {
    guard index + 1 < node.count else { return false }
    let sizes = (node.children[index].count, node.children[index + 1].count)
    guard sizes.0 == 0 || sizes.1 == 0 || sizes.0 + sizes.1 <= roomy else { return false }
    if !isKnownUniquelyReferenced(&node.children[index]) {
      node.children[index] = node.children[index].copy()
    }
    let (right, fence) = node.removeChild(after: index)
    let left = node.children[index]
    left.absorb(right, behind: fence)
    left.refit(
      low: index == 0 ? low : UnsafePointer(node.fences + index - 1),
      high: index == node.count - 1 ? high : UnsafePointer(node.fences + index))
    node.counts[index] = left.total
    return true
  }
}
