package import BinaryCodec
public import ClientProtocol
internal import JSONText
internal import RaftTypes

extension KeyValueClient {
  /// Compares, then does one of two lists of steps, all at one revision.
  @discardableResult
  public func transact(
    _ transaction: Transaction, ifUnknown: UnknownOutcome = .fail
  ) async throws(ClientError) -> TransactionAnswer {
    let request = HTTPRequest(.post, "/v1/txn", body: TransactionWriter.document(transaction)[...])
    return try await perform(request, .write(ifUnknown: ifUnknown)) { reply throws(ReplyFault) in
      try ReplyReader.document(reply.body) { scanner throws(JSONFault) in
        try ReplyReader.transaction(&scanner)
      }
    }
  }

  /// The same from a document that somebody else wrote, as `POST /v1/txn` takes it; the answer as
  /// it came.
  package func transact(
    document: Bytes
  ) async throws(ClientError) -> (succeeded: Bool, document: [UInt8]) {
    let request = HTTPRequest(.post, "/v1/txn", body: document)
    return try await perform(request, .write(ifUnknown: .fail)) { reply throws(ReplyFault) in
      let answer = try ReplyReader.document(reply.body) { scanner throws(JSONFault) in
        try ReplyReader.transaction(&scanner)
      }
      return (answer.result.succeeded, reply.body)
    }
  }

  /// Forgets the history before `revision`.
  public func compact(before revision: Revision) async throws(ClientError) {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("revision", revision.number)
    writer.endObject()
    let request = HTTPRequest(.post, "/v1/compact", body: writer.bytes[...])
    // Compacting twice at one revision is the same as once.
    try await perform(request, .write(ifUnknown: .sendAgain)) { _ throws(ReplyFault) in }
  }
}
