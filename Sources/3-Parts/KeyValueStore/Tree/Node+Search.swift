extension Node {
  /// The first record of this leaf that does not precede `position`; `count` when all do.
  @inline(__always)
  func lowerBound(_ position: Position) -> Int {
    let skip = info.skip
    let head = KeyOrder.head(position.key, skip: skip)
    let (count, heads) = (info.count, heads)
    var low = headsBelow(head, limit: count)
    guard low < count, heads[low] == head else { return low }
    var high = low &+ 1
    while high < count, heads[high] == head { high &+= 1 }
    while low < high {
      let middle = (low &+ high) >> 1
      if positionOfRecord(at: middle).precedes(position, skip: skip) {
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
    let skip = info.skip
    let (last, heads) = (info.count - 1, heads)
    let head = KeyOrder.head(position.key, skip: skip)
    var low = headsBelow(head, limit: last)
    var high = low
    while high < last, heads[high] == head { high &+= 1 }
    while low < high {
      let middle = (low &+ high) >> 1
      let fence = positionOfFence(at: middle)
      let passes =
        leftOf
        ? fence.precedes(position, skip: skip) : !position.precedes(fence, skip: skip)
      if passes { low = middle + 1 } else { high = middle }
    }
    return low
  }

  // How many of the first `limit` heads are below `head`: first among every eighth, then within
  // the eight that remain. Counting instead of halving has no branch to mispredict, and its loads
  // do not wait for each other, which is what a search of a leaf outside the cache waits for.
  @inline(__always)
  private func headsBelow(_ head: UInt64, limit: Int) -> Int {
    let heads = heads
    var start = 0
    var at = 7
    while at < limit {
      start &+= heads[at] < head ? 8 : 0
      at &+= 8
    }
    let end = min(start &+ 8, limit)
    var below = start
    at = start
    while at < end {
      below &+= heads[at] < head ? 1 : 0
      at &+= 1
    }
    return below
  }
}
