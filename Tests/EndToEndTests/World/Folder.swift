import Glibc
import PosixStorage
import WriteAheadLog

/// A temporary directory; gone when its last owner is.
final class Folder: Sendable {
  struct Unmade: Error { let code: Int32 }

  let path: String

  init() throws {
    var template = Array("/tmp/quoin-e2e-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw Unmade(code: errno) }
    path = String(cString: made)
  }

  deinit { Self.remove(path) }

  static func remove(_ path: String) {
    for name in names(in: path) where unlink("\(path)/\(name)") != 0 { remove("\(path)/\(name)") }
    rmdir(path)
  }

  static func names(in path: String) -> [String] {
    ((try? PosixFileSystem(root: path, access: .readOnly).list("")) ?? []).sorted()
  }

  /// The content of a file, nothing when there is none.
  static func read(_ path: String) -> [UInt8] {
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

  static func text(_ path: String) -> String { String(decoding: read(path), as: UTF8.self) }

  /// Writes `bytes` over what a file holds at `offset`; makes the file when there is none.
  static func write(_ bytes: [UInt8], to path: String, at offset: Int = 0) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Unmade(code: errno) }
    defer { close(descriptor) }
    guard pwrite(descriptor, bytes, bytes.count, off_t(offset)) == bytes.count else {
      throw Unmade(code: errno)
    }
  }
}
