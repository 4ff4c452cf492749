import Glibc
import Synchronization

/// How far a run is, on one line that is written over: for terminals, not for files.
final class ProgressLine: Sendable {
  private let total: Int
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let isShown = Mutex(false)

  init(total: Int) { self.total = total }

  func show(_ done: Int) {
    guard isTerminal, done % 10 == 0 else { return }
    write("\r\(done) of \(total)")
    isShown.withLock { $0 = true }
  }

  func clear() {
    guard
      isShown.withLock({ shown in
        defer { shown = false }
        return shown
      })
    else { return }
    write("\r\u{1B}[K")
  }

  private func write(_ text: String) {
    var text = text
    text.withUTF8 { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
