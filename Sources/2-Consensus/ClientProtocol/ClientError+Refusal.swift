extension ClientError {
  /// The state machine's refusal as an error: this request changed nothing, and it fails again.
  public init(_ refusal: StoreRefusal) {
    let (code, message): (Code, String) =
      switch refusal {
      case .compacted(let oldest):
        (.compacted, "that revision was compacted; the oldest kept is \(oldest.number)")
      case .futureRevision(let current):
        (.futureRevision, "that revision does not exist yet; the newest is \(current.number)")
      case .duplicateKey: (.badRequest, "the transaction writes a key twice")
      case .sessionExpired:
        (.sessionExpired, "the session is unknown or has expired; open a new one")
      case .staleSequence(let last):
        (.badRequest, "the session has used sequence \(last) already; use a higher one")
      case .answerForgotten(let revision):
        (.badRequest, "done before, at revision \(revision.number); its answer was not kept")
      case .tooManySessions(let limit):
        (.overloaded, "there are \(limit) sessions already; try again when some have expired")
      case .answerTooLong(let limit):
        (.tooLarge, "the previous values exceed \(limit) bytes; ask without them")
      case .leaseNotFound(let lease):
        (.leaseNotFound, "the lease \(lease.number) does not exist; grant one first")
      case .malformed:
        (.internalError, "a node of another version refused the command; upgrade all nodes")
      }
    let later = if case .tooManySessions = refusal { true } else { false }
    self.init(code, message, outcome: Self.outcome(of: refusal), retryable: later)
  }

  /// Whether the write that a refused request asked for is in the store.
  private static func outcome(of refusal: StoreRefusal) -> Outcome {
    switch refusal {
    // Applied when the same sequence came first: that is what the session exists to say.
    case .answerForgotten: .applied
    // An older sequence may have been applied in its time.
    case .staleSequence: .unknown
    case .compacted, .futureRevision, .duplicateKey, .sessionExpired, .tooManySessions,
      .answerTooLong, .leaseNotFound, .malformed:
      .notApplied
    }
  }
}
