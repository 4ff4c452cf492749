/// Which of a few nodes can send to which: one bit for each ordered pair.
///
/// Nodes are counted from 0 here.
public struct Links: Hashable, Sendable {
  public let count: Int
  private var bits: UInt64

  /// Nobody reaches anybody.
  /// - Precondition: at most 8 nodes, so that all pairs fit into one word.
  public init(none count: Int) {
    precondition((1...8).contains(count), "Links: \(count) nodes")
    self.count = count
    bits = 0
  }

  /// Everybody reaches everybody.
  public init(all count: Int) {
    self.init(none: count)
    for from in 0..<count { for to in 0..<count where from != to { self[from, to] = true } }
  }

  /// The undirected graph of this number: bit k of `graph` is the k-th pair of nodes.
  public init(graph: Int, of count: Int) {
    self.init(none: count)
    for (place, pair) in Self.pairs(count).enumerated() where graph >> place & 1 == 1 {
      connect(pair.0, pair.1)
    }
  }

  /// The unordered pairs, in the order of their bits in a graph's number.
  public static func pairs(_ count: Int) -> [(Int, Int)] {
    (0..<count).flatMap { a in (a + 1..<count).map { (a, $0) } }
  }

  public subscript(from: Int, to: Int) -> Bool {
    get { bits >> UInt64(from * count + to) & 1 == 1 }
    set {
      let bit: UInt64 = 1 << UInt64(from * count + to)
      bits = newValue ? bits | bit : bits & ~bit
    }
  }

  /// Both directions.
  public mutating func connect(_ a: Int, _ b: Int) {
    self[a, b] = true
    self[b, a] = true
  }

  public mutating func cut(_ a: Int, _ b: Int) {
    self[a, b] = false
    self[b, a] = false
  }

  /// The node and everybody with whom it can speak both ways.
  public func circle(of node: Int) -> [Int] {
    (0..<count).filter { $0 == node || (self[node, $0] && self[$0, node]) }
  }

  /// More than half.
  public var majority: Int { count / 2 + 1 }

  /// Whether some connected component, by two-way links, holds a majority.
  public var hasConnectedMajority: Bool {
    (0..<count).contains { component(of: $0).count >= majority }
  }

  private func component(of start: Int) -> [Int] {
    var reached = [start]
    var next = 0
    while next < reached.count {
      for other in circle(of: reached[next]) where !reached.contains(other) {
        reached.append(other)
      }
      next += 1
    }
    return reached
  }
}

extension Links: CustomStringConvertible {
  /// `1-2 3>4`: node 1 and 2 both ways, 3 to 4 one way; nodes as the cluster names them.
  public var description: String {
    let edges = Self.pairs(count).compactMap { a, b -> String? in
      switch (self[a, b], self[b, a]) {
      case (true, true): "\(a + 1)-\(b + 1)"
      case (true, false): "\(a + 1)>\(b + 1)"
      case (false, true): "\(b + 1)>\(a + 1)"
      case (false, false): nil
      }
    }
    return edges.isEmpty ? "no links" : edges.joined(separator: " ")
  }
}
