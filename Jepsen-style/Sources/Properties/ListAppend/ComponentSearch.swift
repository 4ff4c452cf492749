/// One search for strongly connected components (Tarjan, 1972), without recursion.
struct ComponentSearch {
  private var index: [Int]
  private var low: [Int]
  private var isOnStack: [Bool]
  private var stack: [Int] = []
  // Nodes being visited, each with its next edge.
  private var visits: [(node: Int, edge: Int)] = []
  private var count = 0
  private var components: [[Int]] = []

  init(nodes: Int) {
    index = Array(repeating: -1, count: nodes)
    low = index
    isOnStack = Array(repeating: false, count: nodes)
  }

  mutating func run(
    _ edges: [[DependencyGraph.Edge]], _ reasons: DependencyGraph.Reasons
  ) -> [[Int]] {
    for node in edges.indices where index[node] < 0 {
      enter(node)
      while let (current, next) = visits.last {
        guard next < edges[current].count else {
          leave(current)
          continue
        }
        visits[visits.count - 1].edge += 1
        let edge = edges[current][next]
        guard !edge.reason.isDisjoint(with: reasons) else { continue }
        if index[edge.to] < 0 {
          enter(edge.to)
        } else if isOnStack[edge.to] {
          low[current] = min(low[current], index[edge.to])
        }
      }
    }
    return components
  }

  private mutating func enter(_ node: Int) {
    index[node] = count
    low[node] = count
    count += 1
    stack.append(node)
    isOnStack[node] = true
    visits.append((node, 0))
  }

  private mutating func leave(_ node: Int) {
    visits.removeLast()
    if let parent = visits.last?.node { low[parent] = min(low[parent], low[node]) }
    guard low[node] == index[node] else { return }
    var component: [Int] = []
    while let member = stack.popLast() {
      isOnStack[member] = false
      component.append(member)
      if member == node { break }
    }
    if component.count > 1 { components.append(component.sorted()) }
  }
}
