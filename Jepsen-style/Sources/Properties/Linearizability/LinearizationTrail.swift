/// The orders in which operations took effect, for all configurations at once: a tree whose nodes
/// point to the operation before. Only a witness needs it.
struct LinearizationTrail: Sendable {
  /// Where every order begins.
  static let start: Int32 = -1

  private var before: [Int32] = []
  private var operations: [Int32] = []
  private var sizeAfterCollection = 1 << 16

  var count: Int { before.count }

  mutating func append(_ operation: Int, after node: Int32) -> Int32 {
    before.append(node)
    operations.append(Int32(operation))
    return Int32(before.count - 1)
  }

  /// The last `limit` operations up to `node`, in the order in which they took effect.
  func order(to node: Int32, limit: Int) -> [Int] {
    var order: [Int] = []
    var node = node
    while node != Self.start, order.count < limit {
      order.append(Int(operations[Int(node)]))
      node = before[Int(node)]
    }
    return order.reversed()
  }

  /// How many operations lead to `node`.
  func length(to node: Int32) -> Int {
    var length = 0
    var node = node
    while node != Self.start {
      length += 1
      node = before[Int(node)]
    }
    return length
  }

  /// Whether the tree doubled since the last collection.
  var isDueForCollection: Bool { before.count > 2 * sizeAfterCollection }

  /// Forgets the nodes that lead to none of `nodes`, and renumbers those.
  mutating func collect(_ nodes: inout [Int32]) {
    var kept = [Bool](repeating: false, count: before.count)
    for node in nodes {
      var node = node
      while node != Self.start, !kept[Int(node)] {
        kept[Int(node)] = true
        node = before[Int(node)]
      }
    }
    // A node stands after its predecessor, so one pass renumbers all.
    var renumbered = [Int32](repeating: Self.start, count: before.count)
    var next = 0
    for node in before.indices where kept[node] {
      let previous = before[node]
      before[next] = previous == Self.start ? Self.start : renumbered[Int(previous)]
      operations[next] = operations[node]
      renumbered[node] = Int32(next)
      next += 1
    }
    before.removeSubrange(next...)
    operations.removeSubrange(next...)
    sizeAfterCollection = max(next, 1 << 16)
    for index in nodes.indices where nodes[index] != Self.start {
      nodes[index] = renumbered[Int(nodes[index])]
    }
  }
}
