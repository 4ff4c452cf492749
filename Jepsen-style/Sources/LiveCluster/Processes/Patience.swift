internal import Glibc

/// Waiting for what another process or the kernel does.
enum Patience {
  /// Looks every 2 ms; says whether it came to be within that many milliseconds.
  @discardableResult
  static func wait(_ milliseconds: Int, until isSo: () -> Bool) -> Bool {
    for _ in 0..<(milliseconds / 2) {
      if isSo() { return true }
      usleep(2000)
    }
    return isSo()
  }
}
