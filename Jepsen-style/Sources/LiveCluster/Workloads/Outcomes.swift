package import ClientProtocol
package import Histories

/// What a client's error says about its operation; Jepsen-style/Outcomes.md is the definition.
package enum Outcomes {
  /// How an operation that threw `error` stands in the history.
  package static func classify(_ error: ClientError) -> HistoryOperation.Outcome {
    switch error.outcome {
    case .notApplied: .failed
    // That it was applied is more than a completion without an answer can say.
    case .applied, .unknown: .unknown
    }
  }

  /// Whether the error accuses the harness: it asked for something that cannot be asked for.
  package static func accusesHarness(_ error: ClientError) -> Bool {
    switch error.code {
    case .badRequest, .methodNotAllowed, .tooLarge, .futureRevision, .compacted, .leaseNotFound,
      .sessionExpired:
      true
    case .notLeader, .noQuorum, .timeout, .overloaded, .diskFull, .starting, .stopping,
      .transferring, .transferFailed, .connectionLost, .notFound, .compareFailed, .internalError,
      .changeUnderWay:
      false
    }
  }
}
