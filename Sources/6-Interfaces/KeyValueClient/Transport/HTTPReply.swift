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
