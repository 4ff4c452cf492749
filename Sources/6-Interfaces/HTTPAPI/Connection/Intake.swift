internal import NIOCore

/// Where the connection stands with what the client sends.
enum Intake {
  /// Between requests: nothing of the next one has come.
  case idle
  /// Some bytes of a head have come.
  case head
  /// The newest exchange's body is coming.
  case body(Request, ByteBuffer)
  /// The newest exchange was answered before its body ended; so many bytes of it were thrown away.
  case discarding(Int)
  /// Nothing that comes is looked at any more: the connection closes once its answers are out.
  case ended
}
