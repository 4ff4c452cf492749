public import BinaryCodec
public import ClientProtocol
internal import JSONText
internal import RaftTypes

extension KeyValueClient {
  /// Writes a key.
  ///
  /// - Parameter condition: only if this holds of the key; else throws `compareFailed`.
  /// - Parameter ifUnknown: `.sendAgain` is safe for an unconditional put unless the same key may
  ///   be written in between: then that write may be overwritten by the repetition. Also a later
  ///   one of this client, should a node that was frozen with an earlier attempt go on after all.
  @discardableResult
  public func put(
    _ key: Bytes, _ value: Bytes, if condition: PutCondition? = nil, lease: LeaseID? = nil,
    wantsPrevious: Bool = false, ifUnknown: UnknownOutcome = .fail
  ) async throws(ClientError) -> PutAnswer {
    let request = HTTPRequest.put(
      key, value, if: condition, lease: lease, wantsPrevious: wantsPrevious)
    let effect = Effect.write(ifUnknown: ifUnknown)
    return try await perform(request, effect) { reply throws(ReplyFault) in
      try ReplyReader.document(reply.body) { scanner throws(JSONFault) in
        try ReplyReader.put(&scanner)
      }
    }
  }

  /// Deletes every key of a range.
  @discardableResult
  public func delete(
    _ range: KeyRange, ifUnknown: UnknownOutcome = .fail
  ) async throws(ClientError) -> DeleteAnswer {
    var target: RequestTarget
    if range.end == .single {
      target = RequestTarget("/v1/kv", key: range.start)
    } else {
      target = RequestTarget("/v1/kv")
      target.add(range)
    }
    let request = HTTPRequest(.delete, target.text)
    return try await perform(request, .write(ifUnknown: ifUnknown)) { reply throws(ReplyFault) in
      try ReplyReader.document(reply.body) { scanner throws(JSONFault) in
        try ReplyReader.delete(&scanner)
      }
    }
  }
}

extension HTTPRequest {
  /// The put that `KeyValueClient.put` sends.
  package static func put(
    _ key: Bytes, _ value: Bytes, if condition: PutCondition? = nil, lease: LeaseID? = nil,
    wantsPrevious: Bool = false
  ) -> HTTPRequest {
    var target = RequestTarget("/v1/kv", key: key)
    if let lease { target.add("lease", lease.number) }
    if wantsPrevious { target.add("prev", "true") }
    var request = HTTPRequest(.put, target.text, body: value)
    switch condition {
    case nil: break
    case .absent: request.headers.append(("If-None-Match", "*"))
    case .modRevision(let revision):
      request.headers.append(("If-Match", String(revision.number)))
    }
    return request
  }

  /// The linearizable get that `KeyValueClient.get` sends.
  package static func get(_ key: Bytes) -> HTTPRequest {
    HTTPRequest(.get, RequestTarget("/v1/kv", key: key).text)
  }
}
