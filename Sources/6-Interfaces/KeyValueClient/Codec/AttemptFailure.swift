internal import ClientProtocol

/// Why a reply could not be understood; see `ReplyReader`.
enum ReplyFault: Error, Equatable, Sendable {
  /// Not the document that this request is answered with, or not all of it.
  case malformed(String)
}

/// How one attempt failed: the error as the caller would see it, and what the next attempt must
/// heed.
struct AttemptFailure: Error, Sendable {
  let error: ClientError
  /// How long an overloaded server asks to be left alone.
  let retryAfter: Duration?
  /// Whether `error` is a server's own document.
  let isFromServer: Bool

  /// The endpoint is healthy and the leader known, but it is full: ask the same one again, later.
  /// One without room for connections answers 503: another has some.
  let isOverload: Bool

  init(_ failure: ExchangeFailure, at endpoint: Endpoint) {
    retryAfter = nil
    isOverload = false
    isFromServer = false
    switch failure {
    case .notSent(let why):
      error = ClientError(
        .connectionLost, "\(why); check that the cluster runs (kvctl status)",
        outcome: .notApplied, retryable: true)
    case .lost(let why):
      error = ClientError(
        .connectionLost, "\(endpoint): \(why) before the reply was whole",
        outcome: .unknown, retryable: true)
    case .timedOut:
      error = ClientError(
        .timeout, "\(endpoint) did not reply in time",
        outcome: .unknown, retryable: true)
    case .replyTooLarge:
      error = ClientError(
        .tooLarge,
        "\(endpoint) replied more than \(Limits.replyBytes) bytes: ask for smaller pages",
        outcome: .unknown, retryable: false)
    }
  }

  /// A reply that says success and cannot be read: something was done, but nobody knows what.
  init(_ fault: ReplyFault, at endpoint: Endpoint) {
    retryAfter = nil
    isOverload = false
    isFromServer = false
    switch fault {
    case .malformed(let why):
      error = ClientError(
        .internalError, "the reply of \(endpoint) cannot be read: \(why)", outcome: .unknown,
        retryable: true)
    }
  }

  /// A status of 300 and more.
  init(refused reply: HTTPReply, at endpoint: Endpoint) {
    let document = ErrorReply.read(reply.body)
    error = document ?? AttemptFailure.withoutDocument(status: reply.status, at: endpoint)
    isFromServer = document != nil
    isOverload = reply.status == 429 && error.outcome == .notApplied
    // 503 comes with one too, but it is about that node: another one may lead in a moment.
    retryAfter = reply.status == 429 ? reply.retryAfter.map { .seconds(min(max($0, 0), 60)) } : nil
  }

  /// What a bare status still promises. Something other than a node may have answered (a proxy), so
  /// only statuses that mean "refused before anything was done" count as not applied.
  private static func withoutDocument(status: Int, at endpoint: Endpoint) -> ClientError {
    let message = "\(endpoint) answered \(status) without saying why"
    switch status {
    case 429:
      return ClientError(.overloaded, message, outcome: .notApplied, retryable: true)
    case 404:
      // Not "there is no such key": no node has said that.
      return ClientError(.internalError, message, outcome: .notApplied, retryable: true)
    case 405:
      return ClientError(.methodNotAllowed, message, outcome: .notApplied, retryable: false)
    case 413: return ClientError(.tooLarge, message, outcome: .notApplied, retryable: false)
    case 400..<500: return ClientError(.badRequest, message, outcome: .notApplied, retryable: false)
    default: return ClientError(.internalError, message, outcome: .unknown, retryable: true)
    }
  }
}
