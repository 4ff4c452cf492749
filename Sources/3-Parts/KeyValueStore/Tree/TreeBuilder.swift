/// Builds a tree from records that come in its order: full nodes from the leaves up, and no
/// descent for any record. That they come in order is the caller's promise.
///
/// A node is under construction here and nowhere else, hence `Sendable` although unchecked.
struct TreeBuilder: ~Copyable, @unchecked Sendable {
  /// A node to which more is added, and the fence in front of it; nil at the tree's left end.
  private struct Edge {
    var node: Node
    var low: Fence?
  }

  private var leaf = Edge(node: Node.make(height: 0, skip: 0))
  /// The rightmost branch of each height, from 1 up.
  private var branches: [Edge] = []
  private(set) var count = 0

  /// Adds a record behind all others.
  mutating func append(_ record: Record) {
    if leaf.node.isFull {
      let last = leaf.node.records[Node.capacity - 1].position
      let fence = Fence.between(last, record.position)
      let full = leaf
      leaf = Edge(node: Node.make(height: 0, skip: 0), low: fence)
      close(full, before: fence)
    }
    let place = leaf.node.count
    (leaf.node.records + place).initialize(to: record)
    leaf.node.info.count = place + 1
    count += 1
  }

  /// The tree of all records so far; the builder begins anew.
  mutating func finish() -> RecordTree {
    var edge = leaf
    // A root that has got a parent of its own makes one more level to close.
    var height = 0
    while height < branches.count {
      close(edge, before: nil)
      edge = branches[height]
      height += 1
    }
    edge.node.refit(between: edge.low, nil)
    var tree = RecordTree()
    tree.root = edge.node
    self = TreeBuilder()
    return tree
  }

  // Nothing more is added to the node: its fences, and so its heads, are known now.
  private mutating func close(_ edge: Edge, before high: Fence?) {
    edge.node.refit(between: edge.low, high)
    add(edge.node, behind: edge.low)
  }

  private mutating func add(_ child: Node, behind fence: Fence?) {
    let level = child.info.height
    if level == branches.count {
      branches.append(Edge(node: Node.make(height: level + 1, skip: 0), low: nil))
    } else if branches[level].node.isFull {
      // The fence moves up: it stands between two branches now.
      let full = branches[level]
      branches[level] = Edge(node: Node.make(height: level + 1, skip: 0), low: fence)
      close(full, before: fence)
    }
    let branch = branches[level].node
    branch.append(child, total: child.total, behind: branch.count == 0 ? nil : fence)
  }
}

extension Node {
  fileprivate func refit(between low: Fence?, _ high: Fence?) {
    guard var low, var high else { return refit(low: nil, high: nil) }
    refit(low: &low, high: &high)
  }
}
