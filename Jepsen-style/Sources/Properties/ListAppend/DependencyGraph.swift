/// Which transaction must come before which, and why.
struct DependencyGraph: Sendable {
  /// Reasons as bits, so that a search can be told which ones count.
  struct Reasons: OptionSet, Hashable, Sendable {
    let rawValue: UInt8
    /// The second appended after the first, to the same list.
    static let writeWrite = Reasons(rawValue: 1)
    /// The second read what the first appended.
    static let writeRead = Reasons(rawValue: 2)
    /// The first read a state that lacks what the second appended.
    static let readWrite = Reasons(rawValue: 4)
    /// The same process completed the first before it began the second.
    static let process = Reasons(rawValue: 8)
    /// The first completed before the second began.
    static let realTime = Reasons(rawValue: 16)
  }

  struct Edge: Hashable, Sendable {
    let from: Int
    let to: Int
    let reason: Reasons
    /// The list in question; -1 for an order in time.
    let key: Int
  }

  private(set) var edges: [[Edge]]

  init(nodes: Int) { edges = Array(repeating: [], count: nodes) }

  mutating func addNode() -> Int {
    edges.append([])
    return edges.count - 1
  }

  /// A transaction never has to come before itself.
  mutating func add(_ from: Int, before to: Int, _ reason: Reasons, key: Int = -1) {
    guard from != to else { return }
    edges[from].append(Edge(from: from, to: to, reason: reason, key: key))
  }

  /// Groups of nodes that reach each other by edges of `reasons`, those of one node left out
  /// (Tarjan, 1972, with a stack of its own: the depth is the length of the history).
  func components(_ reasons: Reasons) -> [[Int]] {
    var search = ComponentSearch(nodes: edges.count)
    return search.run(edges, reasons)
  }

  /// A shortest path by edges of `reasons` through nodes that `allows` admits; nil when there is
  /// none.
  func path(
    from start: Int, to goal: Int, _ reasons: Reasons, through allows: (Int) -> Bool
  ) -> [Edge]? {
    var reachedBy: [Int: Edge] = [:]
    var queue = [start]
    var next = 0
    while next < queue.count {
      let node = queue[next]
      next += 1
      for edge in edges[node] where !edge.reason.isDisjoint(with: reasons) && allows(edge.to) {
        guard edge.to != start || goal == start, reachedBy[edge.to] == nil else { continue }
        reachedBy[edge.to] = edge
        if edge.to == goal { return trace(reachedBy, from: start, to: goal) }
        queue.append(edge.to)
      }
    }
    return nil
  }

  private func trace(_ reachedBy: [Int: Edge], from start: Int, to goal: Int) -> [Edge] {
    var path: [Edge] = []
    var node = goal
    repeat {
      guard let edge = reachedBy[node] else { preconditionFailure("\(node) was not reached") }
      path.append(edge)
      node = edge.from
    } while node != start
    return path.reversed()
  }
}
