import Glibc

/// What is printed when the product traps: the seed that made it.
///
/// A signal handler may call hardly anything (signal-safety(7)); write(2) of a buffer made
/// beforehand is allowed.
enum LastWords {
  nonisolated(unsafe) private static var buffer = UnsafeMutableBufferPointer<UInt8>.allocate(
    capacity: 256)
  nonisolated(unsafe) private static var count = 0

  static func set(_ text: String) {
    count = 0
    for byte in "trapped in: \(text)".utf8.prefix(256) {
      buffer[count] = byte
      count += 1
    }
    for number in [SIGILL, SIGTRAP, SIGABRT, SIGSEGV] { signal(number, Self.die) }
  }

  private static let die: @convention(c) (Int32) -> Void = { number in
    _ = write(STDERR_FILENO, LastWords.buffer.baseAddress, LastWords.count)
    signal(number, SIG_DFL)
    raise(number)
  }
}
