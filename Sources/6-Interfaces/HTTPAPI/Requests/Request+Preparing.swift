internal import BinaryCodec
internal import ClientProtocol
internal import JSONText
internal import RaftTypes

/// What a whole request turns into.
enum Prepared {
  /// For the node; its reply is shown in this form.
  case call(ClientCall, ReplyForm)
  /// Answered by the interface itself.
  case page(Endpoint, verbose: Bool)
  /// Streamed from the node's disk.
  case download(SnapshotWish)
}

extension Request {
  /// Reads the request with its whole body.
  func prepare(body: Bytes, _ limits: Limits) throws(ClientError) -> Prepared {
    switch endpoint {
    case .putKey: return try call(putKey(value: body), limits)
    case .getKey: return try call(getKey(), limits)
    case .deleteKey: return try call(deleteKey(), limits)
    case .readRange: return try call(readRange(limits), limits)
    case .deleteRange: return try call(deleteRange(), limits)
    case .transaction:
      var reader = TransactionReader(body, limits)
      let transaction = try reader.read()
      return try call((.write(encoded(.transaction(transaction))), .transaction), limits)
    case .compact:
      guard let revision = try number("revision", in: body) else {
        throw .badRequest("the body must be {\"revision\":R}")
      }
      return try call((.write(encoded(.compact(Revision(revision)))), .compacted), limits)
    case .transferLeader:
      let node = try number("to", in: body).map { NodeID($0) }
      return try call((.transferLeadership(to: node), .transferred), limits)
    case .snapshot: return try call((.takeSnapshot, .snapshot), limits)
    case .snapshotFile: return .download(try snapshotWish())
    case .cluster: return try call((.clusterStatus, .cluster), limits)
    case .leader: return try call((.clusterStatus, .leader), limits)
    case .members: return try call((.membership, .members), limits)
    case .addMember: return try call((.changeMembership(MemberReader.read(body)), .members), limits)
    case .removeMember: return try call((.changeMembership(.remove(member())), .members), limits)
    case .promoteMember: return try call((.changeMembership(.promote(member())), .members), limits)
    case .demoteMember: return try call((.changeMembership(.demote(member())), .members), limits)
    case .health: return try call((.clusterStatus, .health), limits)
    case .limits, .status, .vip, .vipHistory, .announce, .alive, .ready, .metrics, .index:
      return .page(endpoint, verbose: try parameters.flag(.verbose))
    }
  }

  private func call(
    _ asked: (ClientRequest, ReplyForm), _ limits: Limits
  ) throws(ClientError) -> Prepared {
    let timeout =
      try parameters.number(.timeout, atMost: limits.timeoutMillisecondsMost)
      ?? limits.timeoutMilliseconds
    let call = ClientCall(asked.0, minIndex: fields.minIndex, timeoutMilliseconds: timeout)
    return .call(call, asked.1)
  }

  private func snapshotWish() throws(ClientError) -> SnapshotWish {
    let offset = try parameters.number(.offset) ?? 0
    switch (try parameters.number(.term), try parameters.number(.index)) {
    case (nil, nil) where offset == 0: return SnapshotWish(position: nil, offset: 0)
    case (let term?, let index?):
      let position = LogPosition(term: Term(term), index: LogIndex(index))
      return SnapshotWish(position: position, offset: offset)
    case (nil, _), (_, nil):
      throw .badRequest("say which snapshot: term= and index=, both; neither means the newest")
    }
  }

  private func putKey(value: Bytes) throws(ClientError) -> (ClientRequest, ReplyForm) {
    let wantsPrevious = try parameters.flag(.prev)
    let put = Put(
      key: key, value: value, lease: try lease(), wantsPrevious: wantsPrevious)
    guard let condition = fields.condition else {
      return (.write(encoded(.put(put))), .put(wantsPrevious: wantsPrevious))
    }
    return (
      .write(encoded(.transaction(conditional(condition, .put(put))))),
      .conditionalPut(wantsPrevious: wantsPrevious)
    )
  }

  private func deleteKey() throws(ClientError) -> (ClientRequest, ReplyForm) {
    let wantsPrevious = try parameters.flag(.prev)
    let delete = Delete(range: .key(key), wantsPrevious: wantsPrevious)
    guard let condition = fields.condition else {
      return (.write(encoded(.delete(delete))), .deleted(wantsPrevious: wantsPrevious))
    }
    return (
      .write(encoded(.transaction(conditional(condition, .delete(delete))))),
      .conditionalDelete(wantsPrevious: wantsPrevious)
    )
  }

  /// `step` when the condition holds of the key; else the key as it stands, for the client to look
  /// at.
  private func conditional(
    _ condition: RequestFields.Condition, _ step: Transaction.Step
  ) -> Transaction {
    let comparison =
      switch condition {
      case .exists: Comparison(range: .key(key), relation: .notEqual, target: .version(0))
      case .absent: Comparison(range: .key(key), relation: .equal, target: .version(0))
      case .revision(let revision):
        Comparison(range: .key(key), relation: .equal, target: .modRevision(revision))
      }
    return Transaction(
      compare: [comparison], success: [step], failure: [.range(RangeQuery(range: .key(key)))])
  }

  private func getKey() throws(ClientError) -> (ClientRequest, ReplyForm) {
    try refuseCondition()
    let query = RangeQuery(
      range: .key(key), revision: try parameters.number(.revision).map { Revision($0) })
    let wantsRaw = try parameters.flag(.raw)
    return (.read(query, try consistency()), .key(isRaw: wantsRaw || fields.acceptsBytes))
  }

  private func readRange(_ limits: Limits) throws(ClientError) -> (ClientRequest, ReplyForm) {
    try refuseCondition()
    var query = RangeQuery(range: try namedRange() ?? .all)
    query.revision = try parameters.number(.revision).map { Revision($0) }
    query.order = try order()
    query.limit =
      try parameters.number(.limit, atMost: limits.pageItemsMost) ?? limits.pageItems
    query.maxBytes =
      try parameters.number(.maxBytes, atMost: limits.pageBytesMost) ?? limits.pageBytes
    if try parameters.flag(.keysOnly) { query.content = .keysOnly }
    if try parameters.flag(.countOnly) { query.content = .countOnly }
    var known: UInt64?
    if let text = parameters[.cursor] {
      let cursor = try Cursor(text: text)
      guard query.revision == nil || query.revision == cursor.revision else {
        throw .badRequest("the cursor belongs to revision \(cursor.revision.number)")
      }
      query.revision = cursor.revision
      query.after = cursor.lastKey
      known = cursor.count
    }
    return (.read(query, try consistency()), .page(query.content, known: known))
  }

  private func deleteRange() throws(ClientError) -> (ClientRequest, ReplyForm) {
    try refuseCondition()
    guard let range = try namedRange() else {
      throw .badRequest("say which keys: prefix=, or start= with end=; prefix= alone means all")
    }
    let wantsPrevious = try parameters.flag(.prev)
    return (
      .write(encoded(.delete(Delete(range: range, wantsPrevious: wantsPrevious)))),
      .deleted(wantsPrevious: wantsPrevious)
    )
  }

  private func encoded(_ operation: Command.Operation) -> Bytes {
    Command(operation).encoded()[...]
  }

  private func refuseCondition() throws(ClientError) {
    guard fields.condition == nil else {
      throw .badRequest("If-Match and If-None-Match: * belong to a put or delete of one key")
    }
  }
}
