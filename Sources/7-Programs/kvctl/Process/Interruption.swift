internal import Glibc
internal import Synchronization

/// Ctrl-C and SIGTERM as a flag that long work looks at, so that it ends tidily.
enum Interruption {
  private static let happened = Atomic<Bool>(false)

  /// From now on the signals only set the flag.
  static func watch() {
    // The flag must exist before a signal handler touches it.
    happened.store(false, ordering: .relaxed)
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in Interruption.happened.store(true, ordering: .relaxed) }
    }
  }

  static var isRequested: Bool { happened.load(ordering: .relaxed) }
}
