internal import BinaryCodec
internal import ClientProtocol

/// A request line's target (RFC 9112, section 3.2), split but not decoded.
struct RequestTarget {
  /// Begins with `/`, or is the `*` of OPTIONS.
  let path: Bytes
  let query: Bytes

  init(_ uri: Bytes) throws(ClientError) {
    var text = uri
    guard text.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      throw .badRequest("percent-encode every byte of the path that is not printable ASCII")
    }
    if text.first != UInt8(ascii: "/"),
      text.starts(with: "http://".utf8) || text.starts(with: "https://".utf8)
    {
      let authority = text.drop { $0 != UInt8(ascii: ":") }.dropFirst(3)
      text = authority.drop { $0 != UInt8(ascii: "/") }
    }
    guard text.first == UInt8(ascii: "/") || text.elementsEqual("*".utf8) else {
      throw .badRequest("the request target must begin with a slash")
    }
    let end = text.firstIndex(of: UInt8(ascii: "?"))
    path = text[..<(end ?? text.endIndex)]
    query = end.map { text[$0...].dropFirst() } ?? []
  }
}
