public import Histories

/// Why a checker cannot look at a history at all.
public enum PropertyError: Error, Sendable {
  /// This operation is none that the property speaks of: choose another property, or repair the
  /// workload.
  case unsuitable(HistoryOperation, reason: String)
}

extension PropertyError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unsuitable(let operation, let reason): "\(operation): \(reason)"
    }
  }
}
