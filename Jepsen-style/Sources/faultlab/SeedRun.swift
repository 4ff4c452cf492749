import Dispatch
import Faults
import Glibc
import SimulatedWorld
import Synchronization

/// Many worlds, some of them side by side, and what came of all.
final class SeedRun: Sendable {
  /// One world's end.
  struct Outcome {
    let replay: String
    let violation: Violation?
  }

  private struct State {
    var next = 0
    var done = 0
    var failed = 0
    var isOver = false
    var total = Tally()
    /// Of each world, in their order.
    var hashes: [UInt64]
    /// What the threads spent on the processor, in seconds.
    var seconds = 0.0
  }

  private let worlds: [Simulation]
  private let state: Mutex<State>

  /// Runs them all, or until one fails.
  /// - Parameter each: called after every world, by one thread at a time.
  init(
    _ worlds: [Simulation], jobs: Int, keepGoing: Bool,
    each: @escaping @Sendable (_ done: Int, Outcome) -> Void
  ) {
    self.worlds = worlds
    state = Mutex(State(hashes: Array(repeating: 0, count: worlds.count)))
    DispatchQueue.concurrentPerform(iterations: jobs) { job in
      let begun = Self.processorTime
      while let place = take() { run(place, in: job, keepGoing, each) }
      let spent = Self.processorTime - begun
      state.withLock { $0.seconds += spent }
    }
  }

  var failed: Int { state.withLock { $0.failed } }

  /// Classes of faults that no world met.
  var missing: [FaultClass] { state.withLock { $0.total.faults.missing } }

  /// Over the final hashes of all worlds, in their order.
  var hash: UInt64 {
    state.withLock { $0.hashes.reduce(0) { ($0 ^ $1) &* 0x9e37_79b9_7f4a_7c15 } }
  }

  private func take() -> Int? {
    state.withLock { state in
      guard !state.isOver, state.next < worlds.count else { return nil }
      state.next += 1
      return state.next - 1
    }
  }

  private func run(
    _ place: Int, in job: Int, _ keepGoing: Bool, _ each: @Sendable (Int, Outcome) -> Void
  ) {
    let world = worlds[place]
    LastWords.set("\(world.replay)\n", job: job)
    let report = world.run()
    state.withLock { state in
      state.total += report.tally
      state.hashes[place] = report.hash
      state.done += 1
      if report.violation != nil { state.failed += 1 }
      state.isOver = state.isOver || (report.violation != nil && !keepGoing)
      each(state.done, Outcome(replay: world.replay, violation: report.violation))
    }
  }

  private static var processorTime: Double {
    var time = timespec()
    guard clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0 else { return 0 }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// For a person.
  var summary: String {
    state.withLock { state in
      let total = state.total
      let simulated = Double(total.simulated) / 1e9
      let factor = state.seconds > 0 ? Int(simulated / state.seconds) : 0
      return """
        \(state.done) seeds, \(state.failed) failed; \(Int(simulated)) s simulated in \
        \(Int(state.seconds)) s of one processor: \(factor) times real time
        \(total.events) events, \(total.turns) turns, \(total.frames) frames, \
        \(total.elections) elections, \(total.addressMoves) moves of the address
        \(total.snapshots) snapshots, \(total.installs) installed
        \(total.recalledToReplicate) entries read back for followers, \(total.recalledToRepair) \
        for repairs, \(total.recalledToApply) to apply; \(total.vainRecalls) times in vain
        \(total.operations) operations: \(total.answered) answered, \(total.unknown) unknown; \
        \(total.leaseReads) reads from a lease
        \(total.reinforced) quorums reinforced, \(total.blocked) runs blocked by torn records
        faults: \(Self.list(total.faults))
        never injected: \(Self.names(total.faults.missing))
        """
    }
  }

  private static func list(_ counts: FaultCounts) -> String {
    FaultClass.allCases.filter { counts[$0] > 0 }.map { "\(counts[$0]) \($0)" }
      .joined(separator: ", ")
  }

  private static func names(_ faults: [FaultClass]) -> String {
    faults.isEmpty ? "nothing" : faults.map { "\($0)" }.joined(separator: ", ")
  }
}
