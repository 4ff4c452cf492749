internal import Determinism
internal import Properties

/// What clients do, and what must be true of the history.
protocol Workload: Sendable {
  var property: Property { get }
  /// One operation, recorded.
  func act(_ client: LiveClient, _ dice: inout Dice) async -> Bool
  /// Reads that show what the run left, each recorded.
  func finalReads() -> [@Sendable (LiveClient) async -> Bool]
}

/// The workloads by name.
package enum WorkloadKind: String, CaseIterable, Sendable {
  case register, cas, txn, append, counter

  func make() -> any Workload {
    switch self {
    case .register: RegisterWorkload()
    case .cas: CompareAndSetWorkload()
    case .txn: TransactionWorkload()
    case .append: AppendWorkload()
    case .counter: CounterWorkload()
    }
  }
}
