internal import BinaryCodec
internal import ClientProtocol
internal import Determinism
internal import Faults
internal import Histories
internal import RaftTypes

// Answers, and what a client makes of them.
extension World {
  func replied(
    _ index: Int, _ attempt: UInt64, from place: Int, _ reply: ClientReply?
  ) throws(Violation) {
    guard clients[index].attempt == attempt, let operation = clients[index].operation else {
      return
    }
    clients[index].target = nil
    guard let reply else { return try refused(index, isRetryable: true) }
    clients[index].seenRevision = max(clients[index].seenRevision, reply.stamp.revision.number)
    switch reply.body {
    case .written(let result): try written(index, operation, reply.stamp, result)
    case .range(let range):
      try oracle.answered(reply.stamp)
      guard reply.stamp.index >= operation.acknowledged else {
        throw Violation(
          "\(reply.stamp.node) answers a read from \(reply.stamp.index); "
            + "when it began, \(operation.acknowledged) was acknowledged")
      }
      clients[index].hint = place
      if case .read(let query, _) = operation.call.request {
        try oracle.book.check(query, range, reply.stamp)
      }
      try read(index, operation, range)
    case .failed(let error):
      note("c\(index)", "hears \(error.code) (\(error.outcome)) from \(reply.stamp.node)")
      if case .read(let query, _) = operation.call.request, error.code == .compacted {
        try oracle.answered(reply.stamp)
        try oracle.book.checkForgotten(query, reply.stamp)
      }
      clients[index].hint = error.leader.map { Int($0.id.number) - 1 }
      switch error.outcome {
      case .notApplied: try refused(index, isRetryable: error.retryable)
      case .unknown: try uncertain(index)
      case .applied: try end(index, .ok, nil)
      }
    case .transferred, .snapshotTaken, .status, .membership:
      throw Violation("client \(index) gets an answer to another question: \(reply.body)")
    }
  }

  /// No answer came, and none will: the request may have taken effect, or still may.
  func silence(_ index: Int, _ attempt: UInt64) throws(Violation) {
    guard clients[index].attempt == attempt, clients[index].operation != nil else { return }
    clients[index].target = nil
    clients[index].hint = nil
    try uncertain(index)
  }

  private func uncertain(_ index: Int) throws(Violation) {
    clients[index].operation?.isUncertain = true
    if clients[index].mayRepeat, mayTryAgain(index) {
      attempt(index)
    } else {
      try end(index, .unknown, nil)
    }
  }

  /// This attempt had no effect, and never will.
  private func refused(_ index: Int, isRetryable: Bool) throws(Violation) {
    if isRetryable, mayTryAgain(index) {
      attempt(index)
    } else {
      try end(index, clients[index].operation?.isUncertain == true ? .unknown : .failed, nil)
    }
  }

  private func mayTryAgain(_ index: Int) -> Bool {
    guard let operation = clients[index].operation else { return false }
    return operation.attempts < 8 && now < operation.begun + swarm.clientTimeout * 3
  }

  private func written(
    _ index: Int, _ operation: SimulatedClient.Operation, _ stamp: ReplyStamp,
    _ result: CommandResult
  ) throws(Violation) {
    if case .write(let command) = operation.call.request {
      try oracle.book.check(command, result, stamp)
    }
    switch result.outcome {
    case .put:
      guard let value = operation.task.value else { return }
      try oracle.acknowledged(value, stamp)
      if case .write(let key, let value) = operation.task { clients[index].seen[key] = value }
      try end(index, .ok, nil)
    case .transaction(let done):
      try oracle.answered(stamp)
      if let value = operation.task.value { try oracle.acknowledged(value, stamp) }
      try compared(index, operation.task, done.succeeded)
    case .session(let id):
      if clients[index].session != id { clients[index].sequence = 0 }
      clients[index].session = id
      try end(index, .ok, nil)
    case .refused(let refusal):
      if case .sessionExpired = refusal { clients[index].session = nil }
      // The command is in the log and did nothing there; a repeated one may have done it before.
      try end(index, operation.isUncertain ? .unknown : .failed, nil, inLog: true)
    case .deleted, .compacted:
      try oracle.answered(stamp)
      try end(index, .ok, nil)
    }
  }

  private func compared(
    _ index: Int, _ task: SimulatedClient.Task, _ succeeded: Bool
  ) throws(Violation) {
    switch task {
    case .compareAndSet(let key, _, let new):
      clients[index].seen[key] = succeeded ? new : nil
      try end(index, .ok, .boolean(succeeded), inLog: true)
    case .append(let list, let key, let value, let readKey):
      if succeeded {
        try end(index, .ok, Self.transaction(read: readKey, list, append: key, value))
      } else {
        // Another transaction came between: this one did nothing.
        try end(index, .failed, nil, inLog: true)
      }
    case .edit: try end(index, .ok, nil)
    case .openSession, .read, .write, .look, .browse:
      throw Violation("client \(index): a transaction's answer to \(task)")
    }
  }

  private func read(
    _ index: Int, _ operation: SimulatedClient.Operation, _ range: RangeResult
  ) throws(Violation) {
    switch operation.task {
    case .read(let key):
      let value = range.items.first.map { Oracle.number($0.value) }
      clients[index].seen[key] = value
      try end(index, .ok, value.map { .integer(Int64($0)) } ?? .null)
    case .look(let readKey, let key, let value):
      appendAfterLook(index, range, readKey, key, value)
    case .browse: try end(index, .ok, nil)
    case .openSession, .write, .compareAndSet, .append, .edit:
      throw Violation("client \(index): a range for \(operation.task)")
    }
  }

  // The second half of a list transaction: nothing that was read may have changed.
  private func appendAfterLook(
    _ index: Int, _ range: RangeResult, _ readKey: UInt64, _ key: UInt64, _ value: UInt64
  ) {
    func item(_ key: UInt64) -> KeyValue? {
      range.items.first { $0.key == SimulatedClient.Task.list(key) }
    }
    let compare = [readKey, key].map { key in
      Comparison(
        range: .key(SimulatedClient.Task.list(key)), relation: .equal,
        target: .modRevision(item(key)?.modRevision ?? Revision(0)))
    }
    let longer = Array(item(key)?.value ?? []) + Oracle.value(value)
    let put = Put(key: SimulatedClient.Task.list(key), value: longer[...])
    let elements = item(readKey)?.value ?? []
    let list = stride(from: elements.startIndex, to: elements.endIndex, by: 8).map {
      Oracle.number(elements[$0..<$0 + 8])
    }
    var stamp: SessionStamp?
    if let session = clients[index].session {
      clients[index].sequence += 1
      stamp = SessionStamp(session: session, sequence: clients[index].sequence)
    }
    let transaction = Transaction(compare: compare, success: [.put(put)], failure: [])
    clients[index].operation?.task = .append(read: list, to: key, value: value, from: readKey)
    clients[index].operation?.call.request = .write(
      Command(.transaction(transaction), stamp: stamp).encoded()[...])
    clients[index].operation?.attempts = 0
    clients[index].operation?.isUncertain = false
    attempt(index)
  }
}
