/// A request's method (RFC 9110, section 9): one that some route has, or any other token.
enum Method: Hashable {
  case get, head, put, post, delete, options
  case other

  /// Reads a token; methods are case-sensitive.
  init(_ token: Span<UInt8>) {
    switch token.count {
    case 3 where token.isExactly("GET"): self = .get
    case 3 where token.isExactly("PUT"): self = .put
    case 4 where token.isExactly("POST"): self = .post
    case 4 where token.isExactly("HEAD"): self = .head
    case 6 where token.isExactly("DELETE"): self = .delete
    case 7 where token.isExactly("OPTIONS"): self = .options
    default: self = .other
    }
  }

  /// As it is spoken; what is no method of any route has no name here.
  var name: String {
    switch self {
    case .get: "GET"
    case .head: "HEAD"
    case .put: "PUT"
    case .post: "POST"
    case .delete: "DELETE"
    case .options: "OPTIONS"
    case .other: "this method"
    }
  }
}
