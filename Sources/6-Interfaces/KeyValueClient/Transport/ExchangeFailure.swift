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
