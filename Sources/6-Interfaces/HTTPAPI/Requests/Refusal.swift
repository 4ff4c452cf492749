internal import ClientProtocol

/// A request that is answered with an error before the node sees it.
struct Refusal: Error {
  let error: ClientError
  let status: Int
  /// The methods that the path has, for 405.
  let allow: String?

  init(_ error: ClientError, status: Int? = nil, allow: String? = nil) {
    self.error = error
    self.status = status ?? ErrorMapping.status(of: error.code)
    self.allow = allow
  }
}

extension Refusal {
  static let tooManyDownloads = Refusal(
    .overloaded("enough snapshots are being downloaded from this node: try again later"))
  static let noSuchSnapshot = Refusal(
    ClientError(
      .notFound, "this node does not have that snapshot: POST /v1/snapshot makes a new one",
      outcome: .notApplied, retryable: false))
}

extension ClientError {
  static func badRequest(_ message: String) -> ClientError {
    ClientError(.badRequest, message, outcome: .notApplied, retryable: false)
  }

  /// - Parameter limit: as `/v1/cluster/limits` names it.
  static func exceeds(_ limit: String, _ most: Int) -> ClientError {
    ClientError(
      .tooLarge, "the request exceeds \(limit), which is \(most)", outcome: .notApplied,
      retryable: false)
  }

  /// A header that promises something: to ignore it would break the promise.
  static func unsupported(_ header: String) -> ClientError {
    badRequest("\(header) is not supported by this version; the request was not looked at")
  }

  static func overloaded(_ message: String) -> ClientError {
    ClientError(.overloaded, message, outcome: .notApplied, retryable: true)
  }
}

extension ClientError {
  static let noSuchRoute = ClientError(
    .notFound, "there is no such path; GET / lists them", outcome: .notApplied, retryable: false)

  static func noSuchMethod(_ method: String, _ allow: String) -> ClientError {
    ClientError(
      .methodNotAllowed, "\(method) is not possible here, but \(allow)", outcome: .notApplied,
      retryable: false)
  }
}
