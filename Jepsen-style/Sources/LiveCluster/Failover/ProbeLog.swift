internal import Glibc

/// What the prober has written so far, read as it grows.
final class ProbeLog {
  private let descriptor: Int32
  private var rest: [UInt8] = []
  private(set) var probes: [Probe] = []

  init(_ path: String) throws(LiveFailure) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw TextFile.failure("open", path) }
  }

  deinit { close(descriptor) }

  /// Reads what is new.
  func refresh() {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = read(descriptor, &buffer, buffer.count), count > 0 {
      rest += buffer[..<count]
    }
    guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { return }
    let text = String(decoding: rest[...end], as: UTF8.self)
    rest.removeFirst(end + 1)
    probes += text.split(separator: "\n").compactMap { Probe(line: $0) }
  }

  /// Forgets what was over before that time.
  func forget(before time: UInt64) { probes.removeAll { $0.end < time } }
}
