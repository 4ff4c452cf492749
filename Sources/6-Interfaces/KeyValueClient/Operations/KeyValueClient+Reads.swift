public import BinaryCodec
public import ClientProtocol
internal import JSONText
internal import RaftTypes

extension KeyValueClient {
  /// The key as it stands, or as it stood at `revision`; nil when it did not exist.
  public func get(
    _ key: Bytes, revision: Revision? = nil, consistency: Consistency = .linearizable
  ) async throws(ClientError) -> KeyValue? {
    var target = RequestTarget("/v1/kv", key: key)
    if let revision { target.add("revision", revision.number) }
    target.add(consistency)
    do {
      return try await perform(HTTPRequest(.get, target.text), .read) { reply throws(ReplyFault) in
        try ReplyReader.document(reply.body) { scanner throws(JSONFault) in
          try ReplyReader.keyValue(&scanner)
        }
      }
    } catch let error where error.code == .notFound {
      return nil
    }
  }

  /// One page of a range. The server may end it earlier than `limit` and `maxBytes` say; `more` is
  /// what counts.
  public func page(
    _ query: RangeQuery, consistency: Consistency = .linearizable
  ) async throws(ClientError) -> RangeResult {
    try await page(query, from: nil, consistency).result
  }

  /// - Parameter cursor: what the page before ended with: the server goes on there, and does not
  ///   count the range again, which would mean walking it with every page.
  func page(
    _ query: RangeQuery, from cursor: Bytes?, _ consistency: Consistency
  ) async throws(ClientError) -> RangePage {
    var target = RequestTarget("/v1/kv")
    if let cursor {
      target.add(query.range)
      target.add("cursor", bytes: cursor)
    } else {
      target.add(query.range.behind(query.after, query.order))
    }
    if let revision = query.revision { target.add("revision", revision.number) }
    if query.order == .descending { target.add("order", "descending") }
    switch query.content {
    case .keysAndValues: break
    case .keysOnly: target.add("keys_only", "true")
    case .countOnly: target.add("count_only", "true")
    }
    if let limit = query.limit { target.add("limit", UInt64(limit)) }
    if let bytes = query.maxBytes { target.add("max_bytes", UInt64(bytes)) }
    target.add(consistency)
    return try await perform(HTTPRequest(.get, target.text), .read) { reply throws(ReplyFault) in
      try ReplyReader.document(reply.body) { scanner throws(JSONFault) in
        try ReplyReader.page(&scanner)
      }
    }
  }

  /// Every key of a range, fetched page by page as it is iterated, all at the revision of the first
  /// page.
  public func range(
    _ query: RangeQuery, consistency: Consistency = .linearizable
  ) -> RangeSequence {
    RangeSequence(client: self, query: query, consistency: consistency)
  }
}

/// The items of a range; see `KeyValueClient.range`. Each iteration reads anew.
public struct RangeSequence: AsyncSequence, Sendable {
  /// One key with its value and revisions.
  public typealias Element = KeyValue
  /// What ends the iteration; the items before it stay valid.
  public typealias Failure = ClientError

  let client: KeyValueClient
  let query: RangeQuery
  let consistency: Consistency

  /// Starts at the first page; nothing is fetched before the first `next`.
  public func makeAsyncIterator() -> Iterator {
    Iterator(client: client, query: query, consistency: consistency)
  }

  /// Holds one page and asks for the next when it is used up. No lock: one task iterates.
  public struct Iterator: AsyncIteratorProtocol {
    let client: KeyValueClient
    var query: RangeQuery
    let consistency: Consistency
    private var page: [KeyValue] = []
    private var cursor: Bytes?
    private var next = 0
    /// Items still wanted; nil: all.
    private var left: UInt32?
    private var isDone = false

    init(client: KeyValueClient, query: RangeQuery, consistency: Consistency) {
      self.client = client
      self.query = query
      self.consistency = consistency
      left = query.limit
    }

    public mutating func next(
      isolation actor: isolated (any Actor)? = #isolation
    ) async throws(ClientError) -> KeyValue? {
      while next == page.count {
        guard !isDone, left != 0 else { return nil }
        query.limit = Swift.min(left ?? Limits.pageItems, Limits.pageItems)
        take(try await client.page(query, from: cursor, consistency))
      }
      defer { next += 1 }
      return page[next]
    }

    private mutating func take(_ answer: RangePage) {
      let result = answer.result
      page = result.items
      cursor = answer.cursor
      next = 0
      // Later pages read the first one's revision: together they are one consistent view.
      query.revision = query.revision ?? result.readRevision
      query.after = page.last?.key
      isDone = !result.more || page.isEmpty
      if let wanted = left { left = wanted - Swift.min(wanted, UInt32(clamping: page.count)) }
    }
  }
}
