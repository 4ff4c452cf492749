extension RecordTree {
  /// What a full node hands to its parent.
  private struct Split {
    let fence: Fence
    let right: Node
  }

  /// Inserts what `make` makes at `position`, its record's own one or, in live, that of its key at
  /// revision 0. Returns the record of the same key that it replaced there, which `make` was given;
  /// in history nothing is ever replaced.
  ///
  /// One descent finds the old record and the place of the new one: a node that is not in the cache
  /// costs more than all the rest.
  mutating func insert(
    at position: Position, _ make: (_ present: Record?) -> Record
  ) -> Record? {
    var replaced: Record?
    let split = Self.insert(
      make, at: position, into: &root, low: nil, high: nil, replaced: &replaced)
    guard let split else { return replaced }
    let branch = Node.make(height: root.info.height + 1, skip: 0)
    branch.append(root, total: root.total, behind: nil)
    branch.append(split.right, total: split.right.total, behind: split.fence)
    root = branch
    return replaced
  }

  /// Inserts a record that does not depend on what it replaces.
  mutating func insert(_ record: Record, at position: Position) -> Record? {
    insert(at: position) { _ in record }
  }

  private static func insert(
    _ make: (Record?) -> Record, at position: Position, into node: inout Node,
    low: UnsafePointer<Fence>?, high: UnsafePointer<Fence>?, replaced: inout Record?
  ) -> Split? {
    if !isKnownUniquelyReferenced(&node) { node = node.copy() }
    if node.isLeaf {
      return insert(
        make, at: position, intoLeaf: node, low: low, high: high, replaced: &replaced)
    }
    let index = node.child(of: position)
    let fences = node.fences
    let split = insert(
      make, at: position, into: &node.children[index],
      low: index == 0 ? low : UnsafePointer(fences + index - 1),
      high: index == node.count - 1 ? high : UnsafePointer(fences + index),
      replaced: &replaced)
    guard let split else {
      if replaced == nil { node.counts[index] += 1 }
      return nil
    }
    node.counts[index] = node.children[index].total
    return insert(split, after: index, into: node, low: low, high: high)
  }

  private static func insert(
    _ make: (Record?) -> Record, at position: Position, intoLeaf leaf: Node,
    low: UnsafePointer<Fence>?, high: UnsafePointer<Fence>?, replaced: inout Record?
  ) -> Split? {
    let index = leaf.lowerBound(position)
    if position.revision == 0, index < leaf.count {
      let present = leaf.records[index]
      if KeyOrder.compare(present.key, position.key, skip: leaf.info.skip) == 0 {
        replaced = present
        leaf.records[index] = make(present)
        return nil
      }
    }
    let record = make(nil)
    guard leaf.isFull else {
      leaf.insert(record, at: index)
      return nil
    }
    // Keys that arrive in order leave full leaves behind them: the new record starts a leaf of its
    // own.
    let middle = index == leaf.count ? leaf.count : leaf.count / 2
    let first = middle == leaf.count ? record : leaf.records[middle]
    var fence = Fence.between(leaf.records[middle - 1].position, first.position)
    let right = Node.make(height: 0, skip: 0)
    leaf.moveRecords(from: middle, to: right)
    leaf.refit(low: low, high: &fence)
    right.refit(low: &fence, high: high)
    if position.precedes(fence.position) {
      leaf.insert(record, at: index)
    } else {
      right.insert(record, at: index - middle)
    }
    return Split(fence: fence, right: right)
  }

  private static func insert(
    _ split: Split, after index: Int, into branch: Node, low: UnsafePointer<Fence>?,
    high: UnsafePointer<Fence>?
  ) -> Split? {
    guard branch.isFull else {
      branch.insert(
        split.right, total: split.right.total, behind: split.fence, after: index)
      return nil
    }
    let right = Node.make(height: branch.info.height, skip: 0)
    guard index < branch.count - 1 else {
      right.append(split.right, total: split.right.total, behind: nil)
      var fence = split.fence
      branch.refit(low: low, high: &fence)
      right.refit(low: &fence, high: high)
      return Split(fence: fence, right: right)
    }
    let middle = branch.count / 2
    var fence = branch.moveChildren(from: middle, to: right)
    branch.refit(low: low, high: &fence)
    right.refit(low: &fence, high: high)
    let half = index < middle ? branch : right
    half.insert(
      split.right, total: split.right.total, behind: split.fence,
      after: index < middle ? index : index - middle)
    return Split(fence: fence, right: right)
  }
}
