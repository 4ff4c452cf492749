/// Collects the events of a run while it happens. Whoever drives the clients owns it and calls it
/// from one thread, so that the order of the calls is the order of the events.
///
/// Call `invoke` before the request leaves and `complete` after the answer came: a recording may
/// make operations longer than they were, never shorter, and then no verdict accuses wrongly.
public struct HistoryRecorder: Sendable {
  public private(set) var events: [HistoryEvent] = []

  private var open: [HistoryProcess: HistoryEvent] = [:]

  public init() {}

  /// Whether there is no room for another operation with its completion; what is open may still
  /// complete.
  public var isFull: Bool { events.count + open.count + 2 > Limits.events }

  /// The process is about to send a request.
  ///
  /// - Precondition: nothing of this process is open, and the recorder is not full.
  public mutating func invoke(
    _ process: HistoryProcess, _ function: String, key: HistoryValue? = nil,
    _ argument: HistoryValue = .null, at time: UInt64? = nil
  ) {
    precondition(open[process] == nil, "\(process) has an operation open")
    precondition(!isFull, "\(events.count) events are recorded; ask isFull first")
    let event = HistoryEvent(
      process: process, kind: .invoke, function: function, key: key, value: argument, time: time)
    open[process] = event
    events.append(event)
  }

  /// The process learned what became of its request. `result` is what came back; without one the
  /// argument is repeated, as Jepsen does for writes.
  ///
  /// - Precondition: an operation of this process is open.
  public mutating func complete(
    _ process: HistoryProcess, _ outcome: HistoryOperation.Outcome, _ result: HistoryValue? = nil,
    at time: UInt64? = nil, error: String? = nil
  ) {
    guard let invocation = open.removeValue(forKey: process) else {
      preconditionFailure("\(process) has no operation open")
    }
    let kind: HistoryEvent.Kind =
      switch outcome {
      case .ok: .ok
      case .failed: .fail
      case .unknown: .info
      }
    events.append(
      HistoryEvent(
        process: process, kind: kind, function: invocation.function, key: invocation.key,
        value: result ?? invocation.value, time: time, error: error))
  }

  /// A fault began or ended: a note between the operations, which checkers pass over.
  public mutating func note(
    _ function: String, _ value: HistoryValue = .null, at time: UInt64? = nil
  ) {
    guard !isFull else { return }
    events.append(
      HistoryEvent(
        process: .nemesis, kind: .info, function: function, value: value, time: time))
  }

  /// The operations so far.
  public var history: History {
    do throws(HistoryError) {
      return try History(events)
    } catch {
      preconditionFailure("the recorder paired its own events wrongly: \(error)")
    }
  }
}
