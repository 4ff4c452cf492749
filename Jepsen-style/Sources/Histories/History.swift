/// What the clients of a run asked and learned: each invocation joined to its completion.
public struct History: Sendable {
  /// In the order of their invocations.
  public private(set) var operations: [HistoryOperation] = []
  /// Events seen, those of the nemesis among them: positions count them all.
  public private(set) var eventCount = 0

  private var open: [HistoryProcess: Int] = [:]

  public init() {}

  public init(_ events: some Sequence<HistoryEvent>) throws(HistoryError) {
    for event in events { try append(event, line: eventCount + 1) }
  }

  /// Reads a whole file in any format.
  public init(reading bytes: some Sequence<UInt8>) throws(HistoryError) {
    var reader = HistoryReader()
    try reader.read(bytes) { (event, line) throws(HistoryError) in
      try append(event, line: line)
    }
    try reader.finish { (event, line) throws(HistoryError) in try append(event, line: line) }
  }

  /// Adds the next event; `line` is where a person would look for it.
  ///
  /// An operation without a completion stays unknown. The nemesis is no client: its events take a
  /// position and nothing more.
  public mutating func append(
    _ event: HistoryEvent, line: Int
  ) throws(HistoryError) {
    let position = eventCount
    if event.process == .nemesis {
      eventCount += 1
      return
    }
    guard event.kind != .invoke else {
      if let other = open[event.process] {
        throw .unpaired(
          line: line,
          reason: "process \(event.process) has not completed: \(operations[other].function)")
      }
      eventCount += 1
      open[event.process] = operations.count
      operations.append(HistoryOperation(event, at: position))
      return
    }
    guard let index = open[event.process] else {
      throw .unpaired(line: line, reason: "process \(event.process) has nothing to complete")
    }
    let invoked = operations[index]
    guard invoked.function == event.function, event.key == nil || event.key == invoked.key else {
      throw .unpaired(
        line: line,
        reason: "process \(event.process) completes another operation than \(invoked.function)")
    }
    eventCount += 1
    open[event.process] = nil
    operations[index].complete(event, at: position)
  }
}

extension HistoryOperation {
  fileprivate mutating func complete(_ event: HistoryEvent, at position: Int) {
    error = event.error
    completedAt = event.time
    switch event.kind {
    case .invoke: preconditionFailure("an invocation completes nothing: \(event)")
    case .ok:
      outcome = .ok
      completed = position
      result = event.value
    case .fail:
      outcome = .failed
      completed = position
    case .info: break
    }
  }
}
