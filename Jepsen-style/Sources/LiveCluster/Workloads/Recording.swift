internal import ClientProtocol
package import Histories
internal import Synchronization

/// What the clients of a run do and learn, in one order.
package final class Recording: Sendable {
  private struct State {
    var recorder = HistoryRecorder()
    var harnessErrors: [String] = []
    var isOver = false
  }

  private let state = Mutex(State())
  package let watch: Stopwatch

  package init(_ watch: Stopwatch) { self.watch = watch }

  package var events: [HistoryEvent] { state.withLock { $0.recorder.events } }
  package var history: History { state.withLock { $0.recorder.history } }
  /// What the harness itself did wrong.
  package var harnessErrors: [String] { state.withLock { $0.harnessErrors } }

  /// Whether clients go on.
  package var isOver: Bool { state.withLock { $0.isOver || $0.recorder.isFull } }
  package func end() { state.withLock { $0.isOver = true } }

  /// The request is about to leave; false when there is no room for it.
  func invoke(
    _ process: HistoryProcess, _ function: String, key: HistoryValue?, _ argument: HistoryValue
  ) -> Bool {
    state.withLock { state in
      guard !state.recorder.isFull else { return false }
      state.recorder.invoke(process, function, key: key, argument, at: watch.now)
      return true
    }
  }

  func complete(
    _ process: HistoryProcess, _ outcome: HistoryOperation.Outcome, _ result: HistoryValue?,
    _ error: String? = nil
  ) {
    state.withLock { $0.recorder.complete(process, outcome, result, at: watch.now, error: error) }
  }

  func note(_ what: String, _ value: HistoryValue = .null) {
    state.withLock { $0.recorder.note(what, value, at: watch.now) }
  }

  func accuseHarness(_ error: ClientError) {
    state.withLock { state in
      guard state.harnessErrors.count < 16 else { return }
      state.harnessErrors.append("\(error.code.rawValue): \(error.message)")
    }
  }
}
