public import ClientProtocol
internal import JSONText

extension KeyValueClient {
  /// What the answering node knows of the cluster's address. Each node answers for itself:
  /// configure the client with the one endpoint that is meant.
  public func addressReport() async throws(ClientError) -> AddressReport {
    try await addressDocument().0
  }

  /// Has the answering node tell the segment again that the address is with it; one that does not
  /// hold the address does nothing, as the report says that comes back.
  @discardableResult
  public func announceAddress() async throws(ClientError) -> AddressReport {
    // Told twice does no harm.
    let request = HTTPRequest(.post, "/v1/vip/announce")
    return try await perform(request, .write(ifUnknown: .sendAgain)) { reply throws(ReplyFault) in
      try Self.address(reply)
    }
  }

  /// `addressReport`, and the document it was read from.
  package func addressDocument() async throws(ClientError) -> (AddressReport, [UInt8]) {
    try await perform(HTTPRequest(.get, "/v1/vip"), .read) { reply throws(ReplyFault) in
      (try Self.address(reply), reply.body)
    }
  }

  /// Who claimed the address, by the entries that the answering node has applied, and the document
  /// it was read from.
  package func addressHistory() async throws(ClientError) -> ([AddressLedger.Entry], [UInt8]) {
    let request = HTTPRequest(.get, "/v1/vip/history")
    return try await perform(request, .read) { reply throws(ReplyFault) in
      let claims = try ReplyReader.document(reply.body) { scanner throws(JSONFault) in
        try ReplyReader.addressClaims(&scanner)
      }
      return (claims, reply.body)
    }
  }

  private static func address(_ reply: HTTPReply) throws(ReplyFault) -> AddressReport {
    try ReplyReader.document(reply.body) { scanner throws(JSONFault) in
      try ReplyReader.addressReport(&scanner)
    }
  }
}
