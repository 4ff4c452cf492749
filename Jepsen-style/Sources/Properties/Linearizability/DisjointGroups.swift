/// Groups of numbers that only grow together (union-find with path halving).
struct DisjointGroups {
  private var parent: [Int] = []

  mutating func root(of member: Int) -> Int {
    while parent.count <= member { parent.append(parent.count) }
    var member = member
    while parent[member] != member {
      parent[member] = parent[parent[member]]
      member = parent[member]
    }
    return member
  }

  /// Makes the groups of both one; the smaller number leads.
  mutating func join(_ a: Int, _ b: Int) {
    let (a, b) = (root(of: a), root(of: b))
    parent[max(a, b)] = min(a, b)
  }
}
