internal import BinaryCodec
internal import ClientProtocol
internal import JSONText

/// Writes the body of `POST /v1/txn`.
enum TransactionWriter {
  static func document(_ transaction: Transaction) -> [UInt8] {
    var writer = JSONWriter()
    writer.value(transaction)
    return writer.bytes
  }
}

extension JSONWriter {
  fileprivate mutating func value(_ transaction: Transaction) {
    beginObject()
    name("compare")
    beginArray()
    for comparison in transaction.compare { value(comparison) }
    endArray()
    name("success")
    value(transaction.success)
    name("failure")
    value(transaction.failure)
    endObject()
  }

  private mutating func value(_ comparison: Comparison) {
    beginObject()
    members(of: comparison.range)
    switch comparison.relation {
    case .equal: member("relation", "equal")
    case .notEqual: member("relation", "not_equal")
    case .less: member("relation", "less")
    case .greater: member("relation", "greater")
    }
    switch comparison.target {
    case .version(let number): member("version", number)
    case .createRevision(let revision): member("create_revision", revision.number)
    case .modRevision(let revision): member("mod_revision", revision.number)
    case .value(let bytes): member("value", data: bytes)
    case .lease(let number): member("lease", number)
    }
    endObject()
  }

  private mutating func value(_ steps: [Transaction.Step]) {
    beginArray()
    for step in steps {
      beginObject()
      switch step {
      case .put(let put):
        name("put")
        value(put)
      case .delete(let delete):
        name("delete")
        beginObject()
        members(of: delete.range)
        if delete.wantsPrevious { member("prev", true) }
        endObject()
      case .range(let query):
        name("range")
        value(query)
      case .transaction(let inner):
        name("txn")
        value(inner)
      }
      endObject()
    }
    endArray()
  }

  private mutating func value(_ put: Put) {
    beginObject()
    member("key", data: put.key)
    member("value", data: put.value)
    if let lease = put.lease { member("lease", lease.number) }
    if put.wantsPrevious { member("prev", true) }
    endObject()
  }

  private mutating func value(_ query: RangeQuery) {
    beginObject()
    members(of: query.range.behind(query.after, query.order))
    if let revision = query.revision { member("revision", revision.number) }
    if query.order == .descending { member("order", "descending") }
    switch query.content {
    case .keysAndValues: break
    case .keysOnly: member("keys_only", true)
    case .countOnly: member("count_only", true)
    }
    if let limit = query.limit { member("limit", UInt64(limit)) }
    if let bytes = query.maxBytes { member("max_bytes", UInt64(bytes)) }
    endObject()
  }

  private mutating func members(of range: KeyRange) {
    switch range.end {
    case .single: member("key", data: range.start)
    case .unbounded where range.start.isEmpty: member("prefix", "")
    case .unbounded: member("start", data: range.start)
    case .before(let end):
      member("start", data: range.start)
      member("end", data: end)
    }
  }
}
