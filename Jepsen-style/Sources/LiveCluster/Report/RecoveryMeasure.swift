package import Histories

/// How well the cluster served once the faults were over.
package struct RecoveryMeasure: Equatable, Sendable {
  /// Requests that began after the end of the faults.
  package private(set) var requests = 0
  /// Those that were answered within `Limits.answerTime` of their beginning.
  package private(set) var answered = 0
  /// Nanoseconds from the end of the faults to the beginning of the last request that was not
  /// answered in time; nil when all were.
  package private(set) var lastUnanswered: UInt64?

  /// - Parameter end: when the last fault was undone, in nanoseconds since the beginning.
  package init(_ history: History, after end: UInt64) {
    for operation in history.operations {
      guard let began = operation.invokedAt, began >= end else { continue }
      requests += 1
      let isAnswered =
        operation.outcome == .ok
        || operation.outcome == .failed && operation.error == LiveClient.contended
      if isAnswered, let ended = operation.completedAt, ended - began <= Limits.answerTime {
        answered += 1
      } else {
        lastUnanswered = max(lastUnanswered ?? 0, began - end)
      }
    }
  }

  package var perCent: Double {
    requests == 0 ? 0 : 100 * Double(answered) / Double(requests)
  }

  /// No requests are no recovery.
  package var isRecovered: Bool { perCent >= Limits.answeredPerCent }
}
