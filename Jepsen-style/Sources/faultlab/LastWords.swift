import Glibc

/// What is printed when the product traps: the seed that made it.
///
/// A signal handler may call hardly anything (signal-safety(7)); write(2) of buffers made
/// beforehand is allowed. With several jobs it is one of the seeds printed.
enum LastWords {
  private static let length = 256
  private static let jobs = 64
  nonisolated(unsafe) private static let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(
    capacity: length * jobs)
  nonisolated(unsafe) private static let counts = UnsafeMutableBufferPointer<Int>.allocate(
    capacity: jobs)
  private static let isReady: Bool = {
    counts.initialize(repeating: 0)
    for number in [SIGILL, SIGTRAP, SIGABRT, SIGSEGV] { signal(number, LastWords.die) }
    return true
  }()

  /// - Parameter job: below 64.
  static func set(_ text: String, job: Int = 0) {
    guard isReady else { return }
    var count = 0
    for byte in "trapped in: \(text)".utf8.prefix(length) {
      buffer[job * length + count] = byte
      count += 1
    }
    counts[job] = count
  }

  private static let die: @convention(c) (Int32) -> Void = { number in
    for job in 0..<LastWords.jobs where LastWords.counts[job] > 0 {
      _ = write(
        STDERR_FILENO, LastWords.buffer.baseAddress?.advanced(by: job * LastWords.length),
        LastWords.counts[job])
    }
    signal(number, SIG_DFL)
    raise(number)
  }
}
