import Histories
import Testing

@testable import Properties

@Suite("Checkers against trying every order")
struct OracleTests {
  @Test("a register's verdict is that of the oracle")
  func register() throws {
    try compare(.register) { try RegisterLinearizability.check($0).holds }
  }

  @Test("what nobody asked for, left out or renamed, changes no verdict")
  func sparseRegister() throws {
    try compare(.sparseRegister) { try RegisterLinearizability.check($0).holds }
  }

  @Test("the verdict on transactions is that of the oracle")
  func transactions() throws {
    try compare(.transactions) { try TransactionLinearizability.check($0).holds }
  }

  @Test("the narrowest search gives the same verdict, or none")
  func narrow() throws {
    var undecided = 0
    for seed in 0..<2000 as Range<UInt64> {
      let history = HistoryDice.history(seed: seed, .register).history
      let budget = LinearizabilityBudget(steps: 1_000_000, configurations: 8)
      let holds = try RegisterLinearizability.check(history, budget: budget).holds
      if let holds {
        #expect(holds == Oracle(history).isLinearizable(), "seed \(seed)")
      } else {
        undecided += 1
      }
    }
    #expect(undecided < 1000)
  }

  @Test("the verdict on a set is that of the oracle")
  func set() throws {
    try compare(.set) { history in
      switch try SetChecker.check(history) {
      case .holds: true
      case .violated: false
      case .undecided: nil
      }
    }
  }

  @Test("list-append never accuses wrongly, and misses only what no read can show")
  func listAppend() throws {
    var anomalous = 0
    var missed = 0
    for seed in 0..<4000 as Range<UInt64> {
      let history = HistoryDice.history(seed: seed, .listAppend).history
      let isLinearizable = Oracle(history).isLinearizable()
      switch try ListAppendChecker.check(history) {
      case .strictlySerializable: missed += isLinearizable ? 0 : 1
      case .anomalous(let anomalies):
        anomalous += 1
        #expect(!isLinearizable, "seed \(seed): \(anomalies)")
      }
    }
    #expect(anomalous > 400)
    #expect(missed * 50 < anomalous, "\(missed) missed, \(anomalous) found")
  }

  @Test("a witness ends where the last order ends")
  func witness() throws {
    var witnesses = 0
    for seed in 0..<2000 as Range<UInt64> {
      // A failed operation is one of unknown outcome until its end is known, so it would lengthen
      // prefixes.
      let recorder = HistoryDice.history(seed: seed, .register)
      let result = try RegisterLinearizability.check(recorder.history)
      guard case .notLinearizable(let witness) = result else { continue }
      witnesses += 1
      let end = witness.explainedEvents
      let explained = try History(recorder.events.prefix(end))
      #expect(Oracle(explained).isLinearizable(), "seed \(seed)")
      let blocked = try History(recorder.events(ofOperationsBegunBefore: end))
      #expect(!Oracle(blocked).isLinearizable(), "seed \(seed)")
      #expect(witness.blocked.completed == witness.explainedEvents)
    }
    #expect(witnesses > 200)
  }

  private func compare(
    _ workload: HistoryDice.Workload, _ verdict: (History) throws -> Bool?
  ) throws {
    var counts = [false: 0, true: 0]
    for seed in 0..<4000 as Range<UInt64> {
      var recorder = HistoryDice.history(seed: seed, workload)
      let expected = Oracle(recorder.history).isLinearizable()
      if workload == .set { recorder = recorder.renaming("read-set", to: "read") }
      #expect(try verdict(recorder.history) == expected, "seed \(seed)")
      counts[expected, default: 0] += 1
    }
    // Both verdicts, or the comparison says little.
    #expect(counts[true, default: 0] > 400)
    #expect(counts[false, default: 0] > 400)
  }
}

extension LinearizabilityResult {
  var holds: Bool? {
    switch self {
    case .linearizable: true
    case .notLinearizable: false
    case .undecided: nil
    }
  }
}

extension HistoryRecorder {
  /// Their completions too: a witness goes by the answers that all operations had.
  fileprivate func events(ofOperationsBegunBefore end: Int) -> [HistoryEvent] {
    var open: Set<HistoryProcess> = []
    return events.enumerated().filter { position, event in
      guard event.kind != .invoke else {
        if position < end { open.insert(event.process) }
        return position < end
      }
      return open.remove(event.process) != nil
    }.map(\.element)
  }

  fileprivate func renaming(_ old: String, to new: String) -> HistoryRecorder {
    var copy = HistoryRecorder()
    for event in events {
      let function = event.function == old ? new : event.function
      switch event.kind {
      case .invoke: copy.invoke(event.process, function, key: event.key, event.value)
      case .ok: copy.complete(event.process, .ok, event.value)
      case .fail: copy.complete(event.process, .failed)
      case .info: copy.complete(event.process, .unknown)
      }
    }
    return copy
  }
}
