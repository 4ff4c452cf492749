internal import BinaryCodec
internal import ClientProtocol
internal import JSONText

extension TransactionReader {
  mutating func put() throws(TransactionFault) -> Put {
    var key: Bytes?
    var put = Put(key: [], value: [])
    try object { reader, name throws(TransactionFault) in
      switch name {
      case "key": key = try reader.bytes()
      case "key_b64": key = try reader.base64()
      case "value": put.value = try reader.bytes()
      case "value_b64": put.value = try reader.base64()
      case "lease":
        let number = try reader.number()
        put.lease = number == 0 ? nil : LeaseID(number)
      case "prev": put.wantsPrevious = try reader.flag()
      default: return false
      }
      return true
    }
    guard let key, !key.isEmpty else { throw .bad("a put needs a key of at least one byte") }
    guard key.count <= limits.keyBytes else {
      throw .refused(.exceeds("key_bytes", limits.keyBytes))
    }
    guard put.value.count <= limits.valueBytes else {
      throw .refused(.exceeds("value_bytes", limits.valueBytes))
    }
    put.key = key
    return put
  }

  mutating func delete() throws(TransactionFault) -> Delete {
    var range = RangeMembers()
    var wantsPrevious = false
    try object { reader, name throws(TransactionFault) in
      if try range.take(name, &reader) { return true }
      guard name == "prev" else { return false }
      wantsPrevious = try reader.flag()
      return true
    }
    return Delete(range: try range.range(limits), wantsPrevious: wantsPrevious)
  }

  mutating func range() throws(TransactionFault) -> RangeQuery {
    var range = RangeMembers()
    var query = RangeQuery(range: .all, limit: limits.pageItems, maxBytes: limits.pageBytes)
    try object { reader, name throws(TransactionFault) in
      if try range.take(name, &reader) { return true }
      switch name {
      case "revision": query.revision = Revision(try reader.number())
      case "limit": query.limit = try reader.number(name, atMost: reader.limits.pageItemsMost)
      case "max_bytes":
        query.maxBytes = try reader.number(name, atMost: reader.limits.pageBytesMost)
      case "keys_only": if try reader.flag() { query.content = .keysOnly }
      case "count_only": if try reader.flag() { query.content = .countOnly }
      case "order":
        let text = try reader.text()
        do throws(ClientError) { query.order = try RangeQuery.Order(name: text) } catch {
          throw .refused(error)
        }
      default: return false
      }
      return true
    }
    query.range = try range.range(limits)
    return query
  }
}

/// The members that name keys: one key, a prefix, or a start and an end.
struct RangeMembers {
  private var key: Bytes?
  private var prefix: Bytes?
  private var start: Bytes?
  private var end: Bytes?

  /// Whether `name` is such a member; if so its value is read.
  mutating func take(
    _ name: String, _ reader: inout TransactionReader
  ) throws(TransactionFault) -> Bool {
    switch name {
    case "key": key = try reader.bytes()
    case "key_b64": key = try reader.base64()
    case "prefix": prefix = try reader.bytes()
    case "prefix_b64": prefix = try reader.base64()
    case "start": start = try reader.bytes()
    case "start_b64": start = try reader.base64()
    case "end": end = try reader.bytes()
    case "end_b64": end = try reader.base64()
    default: return false
    }
    return true
  }

  func range(_ limits: Limits) throws(TransactionFault) -> KeyRange {
    for bytes in [key, prefix, start, end] {
      guard (bytes?.count ?? 0) <= limits.keyBytes else {
        throw .refused(.exceeds("key_bytes", limits.keyBytes))
      }
    }
    if let key {
      guard !key.isEmpty, prefix == nil, start == nil, end == nil else {
        throw .bad("a key has at least one byte, and excludes prefix, start and end")
      }
      return .key(key)
    }
    do throws(ClientError) {
      if let range = try KeyRange(prefix: prefix, start: start, end: end) { return range }
    } catch {
      throw .refused(error)
    }
    throw .bad("say which keys: key, prefix, or start and end")
  }
}
