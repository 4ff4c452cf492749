/// Edits of a node that is uniquely referenced and, for insertions, not full. Indices are the
/// caller's promise.
extension Node {
  func insert(_ record: Record, at index: Int) {
    let tail = count - index
    (heads + index + 1).moveInitialize(from: heads + index, count: tail)
    (records + index + 1).moveInitialize(from: records + index, count: tail)
    heads[index] = KeyOrder.head(record.key, skip: info.skip)
    (records + index).initialize(to: record)
    info.count += 1
  }

  func remove(at index: Int) -> Record {
    let removed = (records + index).move()
    let tail = count - index - 1
    (heads + index).moveInitialize(from: heads + index + 1, count: tail)
    heads[count - 1] = .max
    (records + index).moveInitialize(from: records + index + 1, count: tail)
    info.count -= 1
    return removed
  }

  /// Puts `child` behind the last one, `fence` between them (nil for the first child).
  func append(_ child: Node, total: Int, behind fence: Fence?) {
    if let fence { insert(fence, at: count - 1) }
    (children + count).initialize(to: child)
    (counts + count).initialize(to: total)
    info.count += 1
  }

  /// Puts `child` behind child `index`, `fence` between them.
  func insert(_ child: Node, total: Int, behind fence: Fence, after index: Int) {
    insert(fence, at: index)
    let tail = count - index - 1
    (children + index + 2).moveInitialize(from: children + index + 1, count: tail)
    (counts + index + 2).moveInitialize(from: counts + index + 1, count: tail)
    (children + index + 1).initialize(to: child)
    (counts + index + 1).initialize(to: total)
    info.count += 1
  }

  /// Takes out child `index + 1` and the fence in front of it.
  func removeChild(after index: Int) -> (child: Node, fence: Fence) {
    let fence = (fences + index).move()
    let child = (children + index + 1).move()
    let tail = count - index - 2
    (heads + index).moveInitialize(from: heads + index + 1, count: tail)
    heads[count - 2] = .max
    (fences + index).moveInitialize(from: fences + index + 1, count: tail)
    (children + index + 1).moveInitialize(from: children + index + 2, count: tail)
    (counts + index + 1).moveInitialize(from: counts + index + 2, count: tail)
    info.count -= 1
    return (child, fence)
  }

  /// Moves the records from `start` on into the empty leaf `right`.
  func moveRecords(from start: Int, to right: Node) {
    let moved = count - start
    right.records.moveInitialize(from: records + start, count: moved)
    info.count = start
    right.info.count = moved
  }

  /// Moves the children from `start` on into the empty branch `right`; returns the fence in front
  /// of them.
  func moveChildren(from start: Int, to right: Node) -> Fence {
    let moved = count - start
    right.children.moveInitialize(from: children + start, count: moved)
    right.counts.moveInitialize(from: counts + start, count: moved)
    right.fences.moveInitialize(from: fences + start, count: moved - 1)
    info.count = start
    right.info.count = moved
    return (fences + start - 1).move()
  }

  /// Appends what `right` holds; `fence` stood between both. Heads are stale until `refit`.
  func absorb(_ right: Node, behind fence: Fence) {
    if isLeaf {
      (records + count).initialize(from: right.records, count: right.count)
    } else {
      (fences + count - 1).initialize(to: fence)
      (fences + count).initialize(from: right.fences, count: right.count - 1)
      (children + count).initialize(from: right.children, count: right.count)
      (counts + count).initialize(from: right.counts, count: right.count)
    }
    info.count += right.count
  }

  private func insert(_ fence: Fence, at index: Int) {
    let tail = count - 1 - index
    (heads + index + 1).moveInitialize(from: heads + index, count: tail)
    (fences + index + 1).moveInitialize(from: fences + index, count: tail)
    heads[index] = KeyOrder.head(fence.position.key, skip: info.skip)
    (fences + index).initialize(to: fence)
  }
}
