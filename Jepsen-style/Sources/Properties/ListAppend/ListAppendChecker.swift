public import Histories

/// Strict serializability of transactions that append unique elements to lists and read whole
/// lists.
///
/// From what was read follows in which order the lists grew, from that which transaction must
/// precede which (Adya's dependencies, as Elle infers them), and real time adds its own order. A
/// cycle is an anomaly; the check takes time linear in the history, where the general problem is
/// NP-complete.
///
/// What it cannot see: appends of unknown outcome that nobody read, and lists that nobody read.
public enum ListAppendChecker {
  public enum Result: Sendable {
    case strictlySerializable
    /// At least one, the simplest first, at most `Limits.anomalies`.
    case anomalous([ListAppendAnomaly])
  }

  public static func check(_ history: History) throws(PropertyError) -> Result {
    var keys = ValueNumbers()
    var elements = ValueNumbers()
    var transactions: [AppendTransaction] = []
    for (index, operation) in history.operations.enumerated() {
      transactions.append(try AppendTransaction(operation, at: index, &keys, &elements))
    }
    try requireUniqueElements(transactions, history)
    let orders = VersionOrders(transactions, keys: keys.values, elements: elements.values)
    var anomalies = orders.findings.map { finding in
      ListAppendAnomaly(
        kind: finding.kind, order: .none,
        operations: finding.transactions.map { history.operations[$0] },
        reasons: [finding.reason])
    }
    var graph = DependencyGraph(nodes: transactions.count)
    graph.addDependencies(orders)
    graph.addTime(history.operations)
    var search = CycleSearch(graph, history.operations, keys: keys.values)
    anomalies += search.run(limit: Limits.anomalies - anomalies.count)
    return anomalies.isEmpty ? .strictlySerializable : .anomalous(anomalies)
  }

  private static func requireUniqueElements(
    _ transactions: [AppendTransaction], _ history: History
  ) throws(PropertyError) {
    var seen: Set<VersionOrders.Element> = []
    for transaction in transactions {
      for case .append(let key, let element) in transaction.parts
      where !seen.insert(VersionOrders.Element(key: key, element: element)).inserted {
        throw .unsuitable(
          history.operations[transaction.operation],
          reason: "elements must be unique within a list: reads could not be told apart")
      }
    }
  }
}
