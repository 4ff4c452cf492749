import Glibc

/// Small files in which the kernel and its services say how things are.
enum HostFile {
  /// The beginning of the file, or nil when it is not there or not for us.
  static func read(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: Limits.hostFile)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    return count >= 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
  }

  /// The number that the file holds alone.
  static func number(_ path: String) -> Int? {
    read(path)?.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) }
  }
}
