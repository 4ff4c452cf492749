extension Node {
  /// The first record of this leaf that does not precede `position`; `count` when all do.
  @inline(__always)
  func lowerBound(_ position: Position) -> Int {
    let skip = info.skip
    let head = KeyOrder.head(position.key, skip: skip)
    let (count, heads) = (info.count, heads)
    var low = headsBelow(head)
    guard low < count, heads[low] == head else { return low }
    var high = endOfTie(head, from: low, limit: count)
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
    var low = headsBelow(head)
    guard low < last, heads[low] == head else { return low }
    var high = endOfTie(head, from: low, limit: last)
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

  // Where the heads that equal `head` end; they begin at `start`.
  @inline(__always)
  private func endOfTie(_ head: UInt64, from start: Int, limit: Int) -> Int {
    let next = start &+ 1
    guard next < limit, heads[next] == head else { return next }
    return head == .max ? limit : headsBelow(head &+ 1)
  }

  // How many heads are below `head`: first among every eighth, then within the eight that remain.
  // Counting instead of halving has no branch to mispredict, and its loads wait neither for each
  // other nor for the header: what a search of a leaf outside the cache costs is one such wait.
  // Unused heads are the highest number, so they are never below.
  @inline(__always)
  private func headsBelow(_ head: UInt64) -> Int {
    let heads = heads
    var start = 0
    for eighth in 1...Node.capacity / 8 { start &+= heads[8 &* eighth &- 1] < head ? 8 : 0 }
    guard start < Node.capacity else { return start }
    var below = start
    for i in 0..<8 { below &+= heads[start &+ i] < head ? 1 : 0 }
    return below
  }
}
