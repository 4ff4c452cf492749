extension Node {
  /// The first record of this leaf that does not precede `position`; `count` when all do.
  @inline(__always)
  func lowerBound(_ position: Position) -> Int {
    let skip = header.skip
    let head = KeyOrder.head(position.key, skip: skip)
    var low = firstHead(notBelow: head, in: 0..<count)
    guard low < count, heads[low] == head else { return low }
    var high = low + 1
    while high < count, heads[high] == head { high += 1 }
    while low < high {
      let middle = (low + high) / 2
      if records[middle].position.precedes(position, skip: skip) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  /// The child of this branch that `position` belongs to: the one behind every fence that is not
  /// behind it.
  ///
  /// - Parameter leftOf: take the child in front of a fence that equals `position`.
  @inline(__always)
  func child(of position: Position, leftOf: Bool = false) -> Int {
    let skip = header.skip
    let last = count - 1
    let head = KeyOrder.head(position.key, skip: skip)
    var low = firstHead(notBelow: head, in: 0..<last)
    var high = low
    while high < last, heads[high] == head { high += 1 }
    while low < high {
      let middle = (low + high) / 2
      let fence = fences[middle].position
      let passes =
        leftOf
        ? fence.precedes(position, skip: skip) : !position.precedes(fence, skip: skip)
      if passes { low = middle + 1 } else { high = middle }
    }
    return low
  }

  @inline(__always)
  private func firstHead(notBelow head: UInt64, in range: Range<Int>) -> Int {
    let heads = heads
    var low = range.lowerBound
    var length = range.count
    while length > 0 {
      let half = length / 2
      let smaller = heads[low + half] < head
      low = smaller ? low + half + 1 : low
      length = smaller ? length - half - 1 : half
    }
    return low
  }
}
