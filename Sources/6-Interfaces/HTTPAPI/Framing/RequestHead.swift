internal import BinaryCodec

/// A request line and what its header fields said (RFC 9112, sections 3 and 5).
struct RequestHead {
  enum Version {
    /// HTTP/1.0
    case old
    /// HTTP/1.1, and whatever minor version follows it (RFC 9110, section 2.5).
    case current
  }

  let method: Method
  /// As sent: printable ASCII, not empty, neither split nor decoded.
  let target: Bytes
  let version: Version
  var fields = RequestFields()

  /// Whether the connection outlives the answer (RFC 9112, section 9.3).
  var isKeepAlive: Bool {
    switch version {
    case .current: !fields.asksClose
    case .old: fields.asksKeepAlive && !fields.asksClose
    }
  }
}
