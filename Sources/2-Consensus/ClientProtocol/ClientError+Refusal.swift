extension ClientError {
  /// The state machine's refusal as an error: nothing was changed, and the same request fails
  /// again.
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
    // A repeated sequence was applied the first time: that is what the session exists to say.
    let done = if case .answerForgotten = refusal { true } else { false }
    let later = if case .tooManySessions = refusal { true } else { false }
    self.init(code, message, outcome: done ? .applied : .notApplied, retryable: later)
  }
}
