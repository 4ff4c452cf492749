internal import CProcess
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Notes when the machine itself stands still: a thread on every processor that does nothing but
/// sleep, a millisecond at a time, wakes late when that processor is away (after Gil Tene's
/// jHiccup). As root it takes the priority of real time, and what it notes is the hypervisor's
/// doing, or the kernel's; otherwise that of other threads, too.
final class MachineWatch: Sendable {
  /// From when until when nothing ran, or no answer came, in nanoseconds of the machine's uptime.
  struct Pause: Sendable {
    let from: UInt64
    let until: UInt64

    var length: UInt64 { until - from }

    func overlap(_ other: Pause) -> UInt64 {
      let (from, until) = (max(from, other.from), min(until, other.until))
      return until > from ? until - from : 0
    }
  }

  private struct State: Sendable {
    var pauses: [Pause] = []
    var isOver = false
  }

  private let state = Mutex(State())
  private let threads: NIOThreadPool

  /// Pauses shorter than this, in nanoseconds, are not told from the timer's slack.
  static let least: UInt64 = 2_000_000

  init() {
    let processors = sysconf(Int32(_SC_NPROCESSORS_CONF))
    threads = NIOThreadPool(numberOfThreads: processors)
    threads.start()
    for processor in 0..<processors { threads.submit { _ in self.watch(Int32(processor)) } }
  }

  private func watch(_ processor: Int32) {
    // One that is switched off, or not for this process, makes nobody wait.
    guard process_stay_on(processor) == 0 else { return }
    if process_take_precedence() != 0 {
      _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, -20)
    }
    var before = NIODeadline.now()
    while true {
      usleep(1000)
      let now = NIODeadline.now()
      let pause = Pause(from: before.uptimeNanoseconds, until: now.uptimeNanoseconds)
      before = now
      let isOver = state.withLock { state in
        if pause.length >= Self.least, state.pauses.count < Limits.machinePauses {
          state.pauses.append(pause)
        }
        return state.isOver
      }
      if isOver { return }
    }
  }

  /// Ends the watch.
  /// - Returns: when at least one processor was away, in order: whoever it ran stood still.
  func end() -> [Pause] {
    let pauses = state.withLock { state in
      state.isOver = true
      return state.pauses
    }
    threads.shutdownGracefully { _ in }
    return Self.merged(pauses)
  }

  /// The time that any of them covers, in order and without overlaps.
  static func merged(_ pauses: [Pause]) -> [Pause] {
    var merged: [Pause] = []
    for pause in pauses.sorted(by: { $0.from < $1.from }) {
      guard let last = merged.last, pause.from <= last.until else {
        merged.append(pause)
        continue
      }
      merged[merged.count - 1] = Pause(from: last.from, until: max(last.until, pause.until))
    }
    return merged
  }
}
