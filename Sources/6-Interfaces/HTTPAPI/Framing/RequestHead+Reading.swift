extension RequestHead {
  /// Reads `method SP request-target SP HTTP-version` (RFC 9112, section 3).
  init(line: Span<UInt8>) throws(FramingFault) {
    let form = "the request line must be METHOD TARGET HTTP/1.1"
    guard let first = line.firstIndex(of: 0x20),
      let second = line.firstIndex(of: 0x20, from: first + 1)
    else { throw .malformed(form) }
    let token = line.extracting(0..<first)
    guard !token.isEmpty, token.indices.allSatisfy({ token[$0].isTokenByte }) else {
      throw .malformed("the method is no token")
    }
    guard second > first + 1 else { throw .malformed(form) }
    let version = line.extracting((second + 1)..<line.count)
    guard version.count == 8, version.extracting(0..<7).isExactly("HTTP/1."),
      UInt8(ascii: "0")...UInt8(ascii: "9") ~= version[7]
    else { throw .malformed("the version must be HTTP/1.1 or HTTP/1.0") }
    method = Method(token)
    target = line.extracting((first + 1)..<second).array[...]
    self.version = version[7] == UInt8(ascii: "0") ? .old : .current
  }

  /// What decides where the body ends must leave no doubt (RFC 9112, section 6).
  func checkFraming() throws(FramingFault) {
    guard fields.isChunked else { return }
    guard fields.contentLength == nil else {
      throw .malformed("a body has a Content-Length or a Transfer-Encoding, not both")
    }
    guard version == .current else {
      throw .malformed("HTTP/1.0 has no Transfer-Encoding")
    }
  }
}
