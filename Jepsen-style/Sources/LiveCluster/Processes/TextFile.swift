internal import Glibc

/// Whole files, read and written at once.
package enum TextFile {
  /// The content; empty when there is no such file.
  package static func read(_ path: String) -> String {
    String(decoding: bytes(of: path), as: UTF8.self)
  }

  /// The content; empty when there is no such file.
  package static func bytes(of path: String) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
    }
  }

  /// Replaces the content.
  package static func write(_ bytes: some Collection<UInt8>, to path: String) throws(LiveFailure) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure("open", path) }
    defer { close(descriptor) }
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { throw failure("write", path) }
      rest = rest.dropFirst(count)
    }
  }

  /// Replaces the content.
  package static func write(_ text: String, to path: String) throws(LiveFailure) {
    try write(text.utf8, to: path)
  }

  /// What errno says about a call on `path`.
  static func failure(_ call: String, _ path: String) -> LiveFailure {
    LiveFailure("\(call) \(path): \(String(cString: strerror(errno)))")
  }
}
