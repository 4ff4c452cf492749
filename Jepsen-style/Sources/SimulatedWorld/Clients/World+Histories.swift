internal import Determinism
internal import Histories

// What goes into the histories, in Jepsen's words.
extension World {
  func invoke(_ task: SimulatedClient.Task, client index: Int) {
    let process = HistoryProcess.client(Int64(index))
    let time = now.nanoseconds
    switch task {
    case .openSession: return
    case .read(let key):
      registers.invoke(process, "read", key: .integer(Int64(key)), at: time)
    case .write(let key, let value):
      registers.invoke(
        process, "write", key: .integer(Int64(key)), .integer(Int64(value)), at: time)
    case .compareAndSet(let key, let old, let new):
      let pair: [HistoryValue] = [
        old.map { .integer(Int64($0)) } ?? .null, .integer(Int64(new)),
      ]
      registers.invoke(process, "cas", key: .integer(Int64(key)), .list(pair), at: time)
    case .look(let read, let append, let value):
      lists.invoke(
        process, "txn", Self.transaction(read: read, nil, append: append, value), at: time)
    case .append: return
    case .edit, .browse: break
    }
    tally.operations += 1
  }

  /// The operation ends; what its client believes is held against what the logs say.
  ///
  /// - Parameter inLog: its command is in the log, where it did nothing.
  func end(
    _ index: Int, _ outcome: HistoryOperation.Outcome, _ result: HistoryValue?,
    inLog: Bool = false
  ) throws(Violation) {
    guard let operation = clients[index].operation else { return }
    clients[index].operation = nil
    rest(index)
    note("c\(index)", "\(operation.task): \(outcome)")
    if outcome == .failed, !inLog, let value = operation.task.value { try oracle.refused(value) }
    switch outcome {
    case .ok: tally.answered += 1
    case .unknown: tally.unknown += 1
    case .failed: break
    }
    let process = HistoryProcess.client(Int64(index))
    switch operation.task {
    case .openSession, .edit, .browse: break
    case .read, .write, .compareAndSet:
      registers.complete(process, outcome, result, at: now.nanoseconds)
    case .look:
      // It never came to the second half.
      lists.complete(process, .failed, nil, at: now.nanoseconds)
    case .append: lists.complete(process, outcome, result, at: now.nanoseconds)
    }
    transcript.mix(operation.task.value ?? 0)
    transcript.mix(outcome == .ok ? 1 : outcome == .failed ? 2 : 3)
  }

  static func transaction(
    read key: UInt64, _ list: [UInt64]?, append to: UInt64, _ value: UInt64
  ) -> HistoryValue {
    .list([
      .list([
        .keyword("r"), .integer(Int64(key)),
        list.map { .list($0.map { .integer(Int64($0)) }) } ?? .null,
      ]),
      .list([.keyword("append"), .integer(Int64(to)), .integer(Int64(value))]),
    ])
  }
}
