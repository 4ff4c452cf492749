import Histories

/// Finds cycles and calls them by the weakest promise that they break: first without time, then
/// with the order of each process, then with real time; in each, appends alone, then with reads,
/// then with one missed append, then with several.
struct CycleSearch {
  private let graph: DependencyGraph
  private let operations: [HistoryOperation]
  private let keys: [HistoryValue]
  // Of two cycles through one transaction, the one found first is the simpler.
  private var isReported: [Bool]
  private var anomalies: [ListAppendAnomaly] = []

  /// Edges of one group tried as the single missed append: each costs a walk through the group. In
  /// a group where so many fail, the cycle is reported as one of several.
  private static let triedEdges = 256

  init(_ graph: DependencyGraph, _ operations: [HistoryOperation], keys: [HistoryValue]) {
    self.graph = graph
    self.operations = operations
    self.keys = keys
    isReported = Array(repeating: false, count: graph.edges.count)
  }

  mutating func run(limit: Int) -> [ListAppendAnomaly] {
    for order in ListAppendAnomaly.Order.allCases {
      let time = order.reasons
      let writes = time.union(.writeWrite)
      let reads = writes.union(.writeRead)
      let all = reads.union(.readWrite)
      find(.writeCycle, order, in: writes, with: .writeWrite, closing: writes, limit)
      find(.informationCycle, order, in: reads, with: .writeRead, closing: reads, limit)
      find(.singleAntiDependency, order, in: all, with: .readWrite, closing: reads, limit)
      find(.antiDependencyCycle, order, in: all, with: .readWrite, closing: all, limit)
    }
    return anomalies
  }

  // In each group of `reasons`, one cycle of an edge `special` and a way back by `closing`.
  private mutating func find(
    _ kind: ListAppendAnomaly.Kind, _ order: ListAppendAnomaly.Order,
    in reasons: DependencyGraph.Reasons, with special: DependencyGraph.Reasons,
    closing: DependencyGraph.Reasons, _ limit: Int
  ) {
    guard anomalies.count < limit else { return }
    for component in graph.components(reasons) where anomalies.count < limit {
      guard !component.contains(where: { isReported[$0] }) else { continue }
      let members = Set(component)
      let edges = component.flatMap { node in
        graph.edges[node].filter { $0.reason == special && members.contains($0.to) }
      }
      for edge in edges.prefix(Self.triedEdges) {
        guard
          let way = graph.path(
            from: edge.to, to: edge.from, closing, through: { members.contains($0) })
        else { continue }
        for member in component { isReported[member] = true }
        anomalies.append(anomaly(kind, order, [edge] + way))
        break
      }
    }
  }

  private func anomaly(
    _ kind: ListAppendAnomaly.Kind, _ order: ListAppendAnomaly.Order,
    _ cycle: [DependencyGraph.Edge]
  ) -> ListAppendAnomaly {
    // Nodes past the operations stand for the end of a list; a cycle begins at an operation.
    let start = cycle.firstIndex { $0.from < operations.count } ?? 0
    let cycle = Array(cycle[start...] + cycle[..<start])
    var names: [Int: String] = [:]
    var involved: [HistoryOperation] = []
    for edge in cycle where edge.from < operations.count {
      involved.append(operations[edge.from])
      names[edge.from] = "T\(involved.count)"
    }
    var reasons: [String] = []
    var from = ""
    var missed = false
    for edge in cycle {
      from = names[edge.from] ?? from
      missed = missed || edge.reason == .readWrite
      guard let to = names[edge.to] else { continue }
      reasons.append(reason(missed ? .readWrite : edge.reason, from, to, key: edge.key))
      missed = false
    }
    return ListAppendAnomaly(kind: kind, order: order, operations: involved, reasons: reasons)
  }

  private func reason(
    _ reason: DependencyGraph.Reasons, _ from: String, _ to: String, key: Int
  ) -> String {
    let list = key < 0 ? "" : "\(keys[key])"
    switch reason {
    case .writeWrite: return "\(from) < \(to): \(to) appended to \(list) after \(from)"
    case .writeRead: return "\(from) < \(to): \(to) read what \(from) appended to \(list)"
    case .readWrite: return "\(from) < \(to): \(from) read \(list) without what \(to) appended"
    case .process: return "\(from) < \(to): the same process, one after the other"
    default: return "\(from) < \(to): \(from) completed before \(to) began"
    }
  }
}

extension ListAppendAnomaly.Order {
  fileprivate var reasons: DependencyGraph.Reasons {
    switch self {
    case .none: []
    case .process: .process
    case .realTime: [.process, .realTime]
    }
  }
}
