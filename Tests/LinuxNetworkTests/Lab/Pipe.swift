import Glibc

/// A pipe that holds a small text: what one writes is there when the other end reads.
final class Pipe {
  let readEnd: Int32
  let writeEnd: Int32

  /// The ends are closed in programs that are started, but for those that are handed over.
  init(_ text: String) throws {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw Lab.Failure(description: "pipe: \(errno)") }
    (readEnd, writeEnd) = (ends[0], ends[1])
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(readEnd, F_SETFL, O_NONBLOCK)
    guard text.isEmpty || write(writeEnd, text, text.utf8.count) == text.utf8.count else {
      throw Lab.Failure(description: "pipe: \(errno)")
    }
    if !text.isEmpty { dup2(readEnd, writeEnd) }
  }

  deinit {
    close(readEnd)
    close(writeEnd)
  }

  /// What was written so far, at most 64 KiB.
  func contents() -> String {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = read(readEnd, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }
}
