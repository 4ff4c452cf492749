/// Why what a client sends cannot be divided into requests. Nothing behind such a place can be
/// trusted to begin where it seems to, so the connection is answered once more and closed.
enum FramingFault: Error {
  /// Which rule of RFC 9112 was broken.
  case malformed(String)
  /// The head is longer, or has more fields, than the limits grant.
  case overflow
  /// A coding of the body that is not spoken here (RFC 9112, section 6.1).
  case coding
}
