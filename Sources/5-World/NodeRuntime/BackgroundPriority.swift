import Glibc

/// Threads that move snapshots give way to those that serve clients.
enum BackgroundPriority {
  /// Lowers the calling thread's priority; on Linux the value is a thread's own
  /// (setpriority(2), NOTES).
  static func take() { _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10) }
}
