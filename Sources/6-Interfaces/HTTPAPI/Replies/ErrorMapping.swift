internal import ClientProtocol

/// Which status an error is answered with. The document in the body says more; its `outcome` is the
/// promise.
enum ErrorMapping {
  static func status(of code: ClientError.Code) -> Int {
    switch code {
    case .badRequest, .futureRevision: 400
    case .notFound, .leaseNotFound: 404
    case .methodNotAllowed: 405
    case .transferFailed, .changeUnderWay: 409
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
}
