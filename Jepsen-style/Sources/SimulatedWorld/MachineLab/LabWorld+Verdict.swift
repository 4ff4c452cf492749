internal import BinaryCodec
internal import Determinism
internal import RaftTypes

// The log is the witness: what clients were told must be what a machine says that runs along it.
extension LabWorld {
  func judge() throws(Violation) {
    try checkOrder()
    let machine = try replay()
    if let objection = workload.objection(to: history, machine) { throw Violation(objection) }
  }

  /// Who began after another had ended comes after it in the log (linearizability's order of real
  /// time).
  private func checkOrder() throws(Violation) {
    let answered = history.indices.filter { history[$0].point != nil }
    let ended = answered.sorted { endOf($0) < endOf($1) }
    var next = 0
    var newest: UInt64 = 0
    for operation in answered {
      while next < ended.count, endOf(ended[next]) < history[operation].began {
        newest = max(newest, history[ended[next]].point ?? 0)
        next += 1
      }
      let point = history[operation].point ?? 0
      let isInOrder =
        switch history[operation].call {
        case .command: point > newest
        case .query: point >= newest
        }
      guard isInOrder else {
        throw Violation(
          "order: call \(operation) was answered from #\(point), after #\(newest) had been")
      }
    }
  }

  private func endOf(_ operation: Int) -> Instant { history[operation].ended ?? .distantFuture }

  /// Runs a fresh machine along the log and compares every answer.
  private func replay() throws(Violation) -> Machine {
    var machine = Machine()
    var due: SortedMap<UInt64, [Int]> = SortedMap()
    for (operation, record) in history.enumerated() {
      if let point = record.point { due[point] = (due[point] ?? []) + [operation] }
    }
    for entry in chosen {
      var answer: Bytes = []
      if case .command(let command) = entry.payload {
        answer = machine.apply(command, at: entry.logTime)
      }
      for operation in due[entry.index.number] ?? [] {
        try compare(operation, entry, answer, machine)
      }
    }
    return machine
  }

  private func compare(
    _ operation: Int, _ entry: Entry, _ answer: Bytes, _ machine: Machine
  ) throws(Violation) {
    let expected: Bytes
    switch history[operation].call {
    case .command(let bytes):
      guard entry.payload == .command(bytes) else {
        throw Violation("call \(operation) was answered, and \(entry.index) holds another")
      }
      expected = answer
    case .query(let question): expected = machine.query(question)
    }
    guard history[operation].outcome == .answered(expected) else {
      throw Violation(
        "call \(operation) heard \(history[operation].outcome), the log says \(Array(expected))")
    }
  }
}
