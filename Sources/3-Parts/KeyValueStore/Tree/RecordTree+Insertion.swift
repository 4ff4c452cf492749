extension RecordTree {
  /// What a full node hands to its parent.
  private struct Split {
    let fence: Fence
    let right: Node
  }

  /// Inserts what `make` makes of the record of the same key, which it replaces and which is handed
  /// over to `make`; nil: there is none.
  ///
  /// One descent finds the old record and the place of the new one: a node that is not in the cache
  /// costs more than all the rest.
  mutating func insert(
    at position: Position, _ make: (_ present: consuming Record?) -> Record
  ) {
    var isNew = true
    let split = Self.insert(
      make, at: position, into: &root, low: nil, high: nil, isNew: &isNew)
    guard let split else { return }
    let branch = Node.make(height: root.info.height + 1, skip: 0)
    branch.append(root, total: root.total, behind: nil)
    branch.append(split.right, total: split.right.total, behind: split.fence)
    root = branch
  }

  /// Inserts a record that does not depend on the one that it replaces, which is returned.
  @discardableResult
  mutating func insert(_ record: Record) -> Record? {
    var replaced: Record?
    insert(at: Position(record.key)) { present in
      replaced = present
      return record
    }
    return replaced
  }

  private static func insert(
    _ make: (consuming Record?) -> Record, at position: Position, into node: inout Node,
    low: UnsafePointer<Fence>?, high: UnsafePointer<Fence>?, isNew: inout Bool
  ) -> Split? {
    if !isKnownUniquelyReferenced(&node) { node = node.copy() }
    if node.isLeaf {
      return insert(make, at: position, intoLeaf: node, low: low, high: high, isNew: &isNew)
    }
    let index = node.child(of: position)
    let fences = node.fences
    let split = insert(
      make, at: position, into: &node.children[index],
      low: index == 0 ? low : UnsafePointer(fences + index - 1),
      high: index == node.count - 1 ? high : UnsafePointer(fences + index),
      isNew: &isNew)
    guard let split else {
      if isNew { node.counts[index] += 1 }
      return nil
    }
    node.counts[index] = node.children[index].total
    return insert(split, after: index, into: node, low: low, high: high)
  }

  private static func insert(
    _ make: (consuming Record?) -> Record, at position: Position, intoLeaf leaf: Node,
    low: UnsafePointer<Fence>?, high: UnsafePointer<Fence>?, isNew: inout Bool
  ) -> Split? {
    let index = leaf.lowerBound(position)
    if index < leaf.count,
      KeyOrder.compare(leaf.keyOfRecord(at: index), position.key, skip: leaf.info.skip) == 0
    {
      isNew = false
      let place = leaf.records + index
      place.initialize(to: make(place.move()))
      return nil
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
