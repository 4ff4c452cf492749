internal import ClientProtocol

/// Which status an error is answered with. The document in the body says more; its `outcome` is the
/// promise.
enum ErrorMapping {
  static func status(of code: ClientError.Code) -> Int {
    switch code {
    case .badRequest, .futureRevision: 400
    case .notFound, .leaseNotFound: 404
    case .methodNotAllowed: 405
    case .transferFailed: 409
    // Gone for good: the history was compacted, the session has expired.
    case .compacted, .sessionExpired: 410
    case .compareFailed: 412
    case .tooLarge: 413
    case .overloaded: 429
    case .internalError: 500
    // The leader was asked on the client's behalf and the connection to it broke.
    case .connectionLost: 502
    case .notLeader, .noQuorum, .starting, .stopping, .transferring: 503
    case .timeout: 504
    case .diskFull: 507
    }
  }

  /// Seconds after which a refused request may be tried again; an election takes about one.
  static func retryAfter(_ status: Int) -> Int? {
    status == 429 || status == 503 ? 1 : nil
  }

  /// The state machine's refusal as an error: nothing was changed, and the same request fails
  /// again.
  static func error(of refusal: StoreRefusal) -> ClientError {
    switch refusal {
    case .compacted(let oldest):
      refused(.compacted, "that revision was compacted; the oldest kept is \(oldest.number)")
    case .futureRevision(let current):
      refused(.futureRevision, "that revision does not exist yet; the newest is \(current.number)")
    case .duplicateKey:
      refused(.badRequest, "the transaction writes a key twice")
    case .sessionExpired:
      refused(.sessionExpired, "the session is unknown or has expired; open a new one")
    case .staleSequence(let last):
      ClientError(
        .badRequest, "the session is at sequence \(last) already; read before writing again",
        outcome: .unknown, retryable: false)
    case .answerForgotten(let revision):
      ClientError(
        .internalError, "this was done before, at revision \(revision.number); its answer is gone",
        outcome: .applied, retryable: false)
    case .tooManySessions(let limit):
      ClientError(
        .overloaded, "\(limit) sessions are open; close one or wait until some expire",
        outcome: .notApplied, retryable: true)
    case .answerTooLong(let limit):
      refused(.tooLarge, "the previous values exceed \(limit) bytes; ask without them")
    case .leaseNotFound(let lease):
      refused(.leaseNotFound, "the lease \(lease.number) does not exist; grant one first")
    case .malformed:
      refused(.internalError, "a node of another version refused the command; upgrade all nodes")
    }
  }

  private static func refused(_ code: ClientError.Code, _ message: String) -> ClientError {
    ClientError(code, message, outcome: .notApplied, retryable: false)
  }
}
