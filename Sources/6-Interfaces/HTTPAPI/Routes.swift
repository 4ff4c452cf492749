internal import BinaryCodec

/// Everything the API can be asked for.
enum Endpoint: Hashable {
  case putKey, getKey, deleteKey
  case readRange, deleteRange
  case transaction, compact
  case cluster, leader, transferLeader, health, limits
  case members, addMember, removeMember, promoteMember, demoteMember
  case snapshot, snapshotFile
  case status, vip, vipHistory, announce, alive, ready, metrics, index
}

extension Endpoint {
  /// Whether the node behind the interface is asked; the interface answers the others by itself.
  var asksNode: Bool {
    switch self {
    case .putKey, .getKey, .deleteKey, .readRange, .deleteRange, .transaction, .compact, .cluster,
      .leader, .transferLeader, .health, .members, .addMember, .removeMember, .promoteMember,
      .demoteMember, .snapshot:
      true
    case .limits, .snapshotFile, .status, .vip, .vipHistory, .announce, .alive, .ready, .metrics,
      .index:
      false
    }
  }
}

/// One row of the table: what a method and a path mean.
struct Route {
  let method: Method
  /// `{key}` stands for the rest of the path, slashes included, and `{id}` for one segment of it.
  let path: StaticString
  let endpoint: Endpoint
  let parameters: [Parameter]
}

/// Which endpoints exist.
enum Routes {
  private static let range: [Parameter] = [.prefix, .start, .end]
  private static let page: [Parameter] = [
    .limit, .cursor, .maxBytes, .keysOnly, .countOnly, .order, .revision,
  ]

  static let table: [Route] = [
    Route(.put, "/v1/kv/{key}", .putKey, [.lease, .prev, .timeout]),
    Route(.get, "/v1/kv/{key}", .getKey, [.raw, .revision, .consistency, .timeout]),
    Route(.delete, "/v1/kv/{key}", .deleteKey, [.prev, .timeout]),
    Route(.get, "/v1/kv", .readRange, range + page + [.consistency, .timeout]),
    Route(.delete, "/v1/kv", .deleteRange, range + [.prev, .timeout]),
    Route(.post, "/v1/txn", .transaction, [.timeout]),
    Route(.post, "/v1/compact", .compact, [.timeout]),
    Route(.get, "/v1/cluster", .cluster, [.timeout]),
    Route(.get, "/v1/cluster/leader", .leader, [.timeout]),
    Route(.post, "/v1/cluster/leader/transfer", .transferLeader, [.timeout]),
    Route(.get, "/v1/cluster/members", .members, [.timeout]),
    Route(.post, "/v1/cluster/members", .addMember, [.timeout]),
    Route(.delete, "/v1/cluster/members/{id}", .removeMember, [.timeout]),
    Route(.post, "/v1/cluster/members/{id}/promote", .promoteMember, [.timeout]),
    Route(.post, "/v1/cluster/members/{id}/demote", .demoteMember, [.timeout]),
    Route(.get, "/v1/cluster/health", .health, [.timeout]),
    Route(.get, "/v1/cluster/limits", .limits),
    Route(.post, "/v1/snapshot", .snapshot, [.timeout]),
    Route(.get, "/v1/snapshot", .snapshotFile, [.term, .index, .offset]),
    // Answered at once, so any timeout is met.
    Route(.get, "/v1/status", .status, [.timeout]),
    Route(.get, "/v1/vip", .vip, [.timeout]),
    Route(.get, "/v1/vip/history", .vipHistory, [.timeout]),
    Route(.post, "/v1/vip/announce", .announce, [.timeout]),
    Route(.get, "/livez", .alive, [.verbose]),
    Route(.get, "/readyz", .ready, [.verbose]),
    Route(.get, "/metrics", .metrics),
    Route(.get, "/", .index),
  ]

  private static let keyPrefix = Array("/v1/kv/".utf8)
  private static let keyRows = table.filter { placeholder(in: $0, keyPrefix[...]) != nil }

  /// The row for a request, and what stands in its path for the placeholder, still
  /// percent-encoded.
  static func find(_ method: Method, _ path: Bytes) throws(Refusal) -> (Route, key: Bytes) {
    // HEAD is answered as GET without its body (RFC 9110, section 9.3.2).
    let wanted = method == .head ? Method.get : method
    if path.starts(with: keyPrefix) {
      for row in keyRows where row.method == wanted {
        return (row, path.dropFirst(keyPrefix.count))
      }
    } else {
      for row in table where row.method == wanted {
        if let found = placeholder(in: row, path) { return (row, found) }
      }
    }
    guard let allow = allowed(at: path) else {
      throw Refusal(.noSuchRoute)
    }
    throw Refusal(.noSuchMethod(method.name, allow), allow: allow)
  }

  /// The methods that a path has, as the Allow header lists them; nil when it has none.
  static func allowed(at path: Bytes) -> String? {
    let isAny = path.elementsEqual("*".utf8)
    var methods: [String] = []
    for row in table where isAny || placeholder(in: row, path) != nil {
      let more = row.method == .get ? ["GET", "HEAD"] : [row.method.name]
      for method in more where !methods.contains(method) { methods.append(method) }
    }
    return methods.isEmpty ? nil : (methods + ["OPTIONS"]).joined(separator: ", ")
  }

  /// What stands in `path` where the row has its placeholder, nothing for a row without one; nil
  /// when the path is another.
  private static func placeholder(in row: Route, _ path: Bytes) -> Bytes? {
    let pattern = UnsafeBufferPointer(start: row.path.utf8Start, count: row.path.utf8CodeUnitCount)
    guard let open = pattern.firstIndex(of: UInt8(ascii: "{")),
      let close = pattern.firstIndex(of: UInt8(ascii: "}"))
    else { return path.elementsEqual(pattern) ? [] : nil }
    guard path.starts(with: pattern[..<open]) else { return nil }
    let rest = path.dropFirst(open)
    if pattern[open...].elementsEqual("{key}".utf8) { return rest }
    let segment = rest.prefix { $0 != UInt8(ascii: "/") }
    let isWhole = rest[segment.endIndex...].elementsEqual(pattern[(close + 1)...])
    return isWhole && !segment.isEmpty ? segment : nil
  }
}

extension Route {
  fileprivate init(
    _ method: Method, _ path: StaticString, _ endpoint: Endpoint, _ parameters: [Parameter] = []
  ) {
    self.init(method: method, path: path, endpoint: endpoint, parameters: parameters)
  }
}
