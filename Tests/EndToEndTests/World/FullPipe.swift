import Glibc

/// A named pipe that is full from the start, and that nobody reads until asked to.
final class FullPipe: Sendable {
  struct Unmade: Error { let code: Int32 }

  let path: String
  private let descriptor: Int32

  init(at path: String) throws {
    self.path = path
    // For both directions: there is a reader, so that whoever writes opens it at once, and waits.
    guard mkfifo(path, 0o600) == 0 else { throw Unmade(code: errno) }
    descriptor = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw Unmade(code: errno) }
    let filling = [UInt8](repeating: UInt8(ascii: "-"), count: 4096)
    while write(descriptor, filling, filling.count) > 0 {}
  }

  deinit { close(descriptor) }

  /// Takes what is in it now, without what filled it.
  func read() -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    return String(decoding: bytes.drop { $0 == UInt8(ascii: "-") }, as: UTF8.self)
  }
}
