package import BinaryCodec

/// One request, ready to be written.
package struct HTTPRequest: Sendable {
  package enum Method: String, Sendable {
    case get = "GET", put = "PUT", delete = "DELETE", post = "POST"
  }

  package var method: Method
  /// Path and query, percent-encoded.
  package var target: String
  package var headers: [(name: String, value: String)]
  package var body: Bytes

  package init(
    _ method: Method, _ target: String, headers: [(name: String, value: String)] = [],
    body: Bytes = []
  ) {
    self.method = method
    self.target = target
    self.headers = headers
    self.body = body
  }
}

/// One whole reply; its body is bounded by `Limits.replyBytes`.
package struct HTTPReply: Sendable {
  package var status: Int
  /// Seconds of `Retry-After`, when it was a number.
  package var retryAfter: Int?
  package var body: [UInt8]

  package init(status: Int, retryAfter: Int? = nil, body: [UInt8]) {
    self.status = status
    self.retryAfter = retryAfter
    self.body = body
  }
}

/// Why a request has no reply. The distinction that matters: could the server have seen it?
package enum ExchangeFailure: Error, Equatable, Sendable {
  /// No byte of the request left this process: send it elsewhere.
  case notSent(String)
  /// The connection ended, or sent bytes that are no HTTP, after the request may have left: its
  /// effect is unknown.
  case lost(String)
  /// No whole reply in time; its effect is unknown.
  case timedOut
  /// The reply is longer than `Limits.replyBytes`; its effect is unknown.
  case replyTooLarge
}
