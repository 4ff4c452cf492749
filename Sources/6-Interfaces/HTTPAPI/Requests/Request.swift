internal import BinaryCodec
internal import ClientProtocol

/// A request whose head has been read and found possible.
struct Request {
  let endpoint: Endpoint
  let fields: RequestFields
  let parameters: Parameters
  /// What the path names, decoded: a key, or a member's id; empty when it names nothing.
  let key: Bytes

  init(_ head: RequestHead, _ fields: RequestFields, _ limits: Limits) throws(Refusal) {
    let target = try Refusal.of { () throws(ClientError) in try RequestTarget(head.target) }
    let (route, rawKey) = try Routes.find(head.method, target.path)
    endpoint = route.endpoint
    self.fields = fields
    (key, parameters) = try Refusal.of { () throws(ClientError) in
      let query = target.query
      return (
        try PercentEncoding.decode(rawKey),
        query.isEmpty ? Parameters() : try Parameters(query: query, allowed: route.parameters)
      )
    }
    if key.count > limits.keyBytes { throw Refusal(.exceeds("key_bytes", limits.keyBytes)) }
    switch endpoint {
    case .putKey, .getKey, .deleteKey:
      if key.isEmpty { throw Refusal(.badRequest("the key is empty; keys have at least one byte")) }
    case .readRange, .deleteRange, .transaction, .compact, .cluster, .leader, .transferLeader,
      .members, .addMember, .removeMember, .promoteMember, .demoteMember, .health, .limits,
      .snapshot, .snapshotFile, .status, .vip, .vipHistory, .announce, .alive, .ready, .metrics,
      .index:
      break
    }
    if let length = fields.contentLength { try bound(length, limits) }
  }

  /// Refuses a body of `length` bytes, announced or received so far, that is longer than the route
  /// takes.
  func bound(_ length: Int, _ limits: Limits) throws(Refusal) {
    switch endpoint {
    case .putKey:
      guard length <= limits.valueBytes else {
        throw Refusal(.exceeds("value_bytes", limits.valueBytes))
      }
    case .getKey, .deleteKey, .readRange, .deleteRange, .transaction, .compact, .cluster, .leader,
      .transferLeader, .members, .addMember, .removeMember, .promoteMember, .demoteMember, .health,
      .limits, .snapshot, .snapshotFile, .status, .vip, .vipHistory, .announce, .alive, .ready,
      .metrics, .index:
      guard length <= limits.bodyBytes else {
        throw Refusal(.exceeds("body_bytes", limits.bodyBytes))
      }
    }
  }
}

extension Refusal {
  /// Runs `body`, whose error becomes a refusal with the status that is usual for it.
  static func of<Value>(_ body: () throws(ClientError) -> Value) throws(Refusal) -> Value {
    do throws(ClientError) { return try body() } catch { throw Refusal(error) }
  }
}
