internal import BinaryCodec
internal import ClientProtocol
internal import JSONText
internal import NIOCore

extension ResponseWriter {
  /// What a write did.
  mutating func write(
    _ result: CommandResult, as form: ReplyForm, _ stamp: ReplyStamp, _ delivery: Delivery,
    into out: inout ByteBuffer
  ) -> Int {
    switch result.outcome {
    case .refused(let refusal):
      return write(Refusal(ClientError(refusal)), stamp, delivery, into: &out)
    case .put(let previous):
      return put(previous, result.revision, form, stamp, delivery, into: &out)
    case .deleted(let count, let previous):
      return deleted(count, previous, result.revision, form, stamp, delivery, into: &out)
    case .compacted, .session:
      return document(stamp, delivery, into: &out) { json in
        json.beginObject()
        json.member("revision", result.revision.number)
        json.endObject()
      }
    case .transaction(let transaction):
      switch form {
      case .conditionalPut, .conditionalDelete:
        return conditional(transaction, result.revision, form, stamp, delivery, into: &out)
      case .put, .deleted, .key, .page, .transaction, .compacted, .cluster, .leader, .members,
        .health, .transferred, .snapshot:
        return document(stamp, delivery, into: &out) { json in
          json.beginObject()
          json.member("revision", result.revision.number)
          json.writeMembers(of: transaction)
          json.endObject()
        }
      }
    }
  }

  /// What a read found.
  mutating func write(
    _ result: RangeResult, as form: ReplyForm, _ stamp: ReplyStamp, _ delivery: Delivery,
    into out: inout ByteBuffer
  ) -> Int {
    switch form {
    case .key(let isRaw):
      guard let item = result.items.first else {
        return write(Refusal(.noSuchKey), stamp, delivery, into: &out)
      }
      return key(item, isRaw, stamp, delivery, into: &out)
    case .page(let content, let known):
      return document(stamp, delivery, into: &out) { json in
        json.beginObject()
        json.writeMembers(of: result, content, known: known)
        json.endObject()
      }
    case .put, .conditionalPut, .deleted, .conditionalDelete, .transaction, .compacted, .cluster,
      .leader, .members, .health, .transferred, .snapshot:
      preconditionFailure("ResponseWriter: a page answers \(form)")
    }
  }

  private mutating func key(
    _ item: KeyValue, _ isRaw: Bool, _ stamp: ReplyStamp, _ delivery: Delivery,
    into out: inout ByteBuffer
  ) -> Int {
    var head = ResponseHead(
      contentLength: item.value.count, persistence: delivery.persistence, stamp: stamp)
    head.entityTag = item.modRevision
    guard isRaw else {
      return document(head, delivery, into: &out) { $0.write(item, withValue: true) }
    }
    head.content = .bytes
    return write(item.value, head, delivery, into: &out)
  }

  private mutating func put(
    _ previous: KeyValue?, _ revision: Revision, _ form: ReplyForm, _ stamp: ReplyStamp,
    _ delivery: Delivery, into out: inout ByteBuffer
  ) -> Int {
    var head = ResponseHead(
      contentLength: 0, persistence: delivery.persistence, stamp: stamp)
    head.entityTag = revision
    return document(head, delivery, into: &out) { json in
      json.beginObject()
      json.member("revision", revision.number)
      if form.wantsPrevious { json.member("previous", previous) }
      json.endObject()
    }
  }

  private mutating func deleted(
    _ count: UInt64, _ previous: [KeyValue], _ revision: Revision, _ form: ReplyForm,
    _ stamp: ReplyStamp, _ delivery: Delivery, into out: inout ByteBuffer
  ) -> Int {
    document(stamp, delivery, into: &out) { json in
      json.beginObject()
      json.member("deleted", count)
      json.member("revision", revision.number)
      if form.wantsPrevious { json.member("previous", previous) }
      json.endObject()
    }
  }

  /// A put or delete that was sent as a transaction with one comparison, one step and, when the
  /// comparison fails, one read of the key.
  private mutating func conditional(
    _ transaction: TransactionResult, _ revision: Revision, _ form: ReplyForm,
    _ stamp: ReplyStamp, _ delivery: Delivery, into out: inout ByteBuffer
  ) -> Int {
    switch transaction.steps.first {
    case .put(let previous)?:
      return put(previous, revision, form, stamp, delivery, into: &out)
    case .deleted(let count, let previous)?:
      return deleted(count, previous, revision, form, stamp, delivery, into: &out)
    case .range(let found)?:
      return write(Refusal(.conditionFailed), stamp, delivery, into: &out) { json in
        json.member("current", found.items.first)
      }
    case .transaction?, nil:
      preconditionFailure("ResponseWriter: \(transaction.steps.count) steps answer a condition")
    }
  }
}

extension ReplyForm {
  var wantsPrevious: Bool {
    switch self {
    case .put(let wants), .conditionalPut(let wants), .deleted(let wants),
      .conditionalDelete(let wants):
      wants
    case .key, .page, .transaction, .compacted, .cluster, .leader, .members, .health,
      .transferred, .snapshot:
      false
    }
  }
}

extension ClientError {
  fileprivate static let noSuchKey = ClientError(
    .notFound, "the key does not exist", outcome: .notApplied, retryable: false)
  fileprivate static let conditionFailed = ClientError(
    .compareFailed, "the condition does not hold; 'current' is the key as it stands",
    outcome: .notApplied, retryable: false)
}
