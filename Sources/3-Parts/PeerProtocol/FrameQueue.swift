/// First in, first out, in one array: taken places are reclaimed when they outnumber the rest, so
/// that both ends cost O(1) amortised.
struct FrameQueue: Sendable {
  /// A frame and its estimated size: an append's is a sum over its entries, taken once.
  struct Item: Sendable {
    let frame: PeerFrame
    let size: Int
  }

  private var items: [Item?] = []
  private var head = 0

  var count: Int { items.count - head }
  var isEmpty: Bool { count == 0 }

  mutating func append(_ item: Item) { items.append(item) }

  mutating func popFirst() -> Item? {
    guard head < items.count else { return nil }
    let item = items[head]
    items[head] = nil
    head += 1
    if head == items.count {
      items.removeAll(keepingCapacity: head <= 64)
      head = 0
    } else if head > 64, head * 2 > items.count {
      items.removeFirst(head)
      head = 0
    }
    return item
  }
}
