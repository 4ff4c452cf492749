package import BinaryCodec

/// One request, ready to be written.
package struct HTTPRequest: Sendable {
  /// The methods that the API knows.
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
