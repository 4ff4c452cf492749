internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Notes when the machine itself stands still: a thread that does nothing but sleep, a millisecond
/// at a time, wakes late when no processor runs it (after Gil Tene's jHiccup). It takes the highest
/// priority that it gets: as root what it notes is the hypervisor's doing, or the kernel's;
/// otherwise that of other threads, too.
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
  private let thread = NIOThreadPool(numberOfThreads: 1)

  /// Pauses shorter than this, in nanoseconds, are not told from the timer's slack.
  static let least: UInt64 = 2_000_000

  init() {
    thread.start()
    thread.submit { _ in self.watch() }
  }

  private func watch() {
    _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, -20)
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
  /// - Returns: the pauses, in order.
  func end() -> [Pause] {
    let pauses = state.withLock { state in
      state.isOver = true
      return state.pauses
    }
    thread.shutdownGracefully { _ in }
    return pauses
  }
}
