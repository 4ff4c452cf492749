internal import BinaryCodec
internal import ClientProtocol
internal import JSONText
internal import RaftTypes

/// Keys, pages and transactions as the API shows them.
extension JSONWriter {
  mutating func write(_ item: KeyValue, withValue: Bool) {
    beginObject()
    member("key", data: item.key)
    if withValue { member("value", data: item.value) }
    member("create_revision", item.createRevision.number)
    member("mod_revision", item.modRevision.number)
    member("version", item.version)
    member("lease", item.lease?.number ?? 0)
    endObject()
  }

  mutating func member(_ name: StaticString, _ item: KeyValue?) {
    self.name(name)
    if let item { write(item, withValue: true) } else { null() }
  }

  mutating func member(_ name: StaticString, _ items: [KeyValue]) {
    self.name(name)
    beginArray()
    for item in items { write(item, withValue: true) }
    endArray()
  }

  /// - Parameter known: keys of the whole range, when an earlier page has counted them.
  mutating func writeMembers(
    of page: RangeResult, _ content: RangeQuery.Content, known: UInt64? = nil
  ) {
    let count = known ?? page.count
    member("revision", page.readRevision.number)
    member("count", count)
    member("more", page.more)
    if page.more, let last = page.items.last {
      name("cursor")
      value(text: Cursor(revision: page.readRevision, count: count, lastKey: last.key).text[...])
    }
    switch content {
    case .countOnly: return
    case .keysAndValues, .keysOnly:
      name("items")
      beginArray()
      for item in page.items { write(item, withValue: content == .keysAndValues) }
      endArray()
    }
  }

  mutating func writeMembers(of transaction: TransactionResult) {
    member("succeeded", transaction.succeeded)
    name("results")
    beginArray()
    for step in transaction.steps {
      beginObject()
      write(step)
      endObject()
    }
    endArray()
  }

  /// What a step did. Whether previous values or values were asked for is not part of the reply:
  /// those that are there are shown.
  private mutating func write(_ step: TransactionResult.StepResult) {
    switch step {
    case .put(let previous):
      name("put")
      beginObject()
      if let previous { member("previous", previous) }
      endObject()
    case .deleted(let count, let previous):
      name("delete")
      beginObject()
      member("deleted", count)
      if !previous.isEmpty { member("previous", previous) }
      endObject()
    case .range(let page):
      name("range")
      beginObject()
      writeMembers(of: page, .keysAndValues)
      endObject()
    case .transaction(let nested):
      name("txn")
      beginObject()
      writeMembers(of: nested)
      endObject()
    }
  }

  /// The member `error`.
  mutating func write(_ error: ClientError) {
    name("error")
    beginObject()
    member("code", error.code.rawValue)
    member("message", error.message)
    member("outcome", error.outcome.rawValue)
    member("retryable", error.retryable)
    if let leader = error.leader {
      name("leader")
      beginObject()
      member("id", leader.id.number)
      member("client", leader.client)
      endObject()
    }
    endObject()
  }
}
