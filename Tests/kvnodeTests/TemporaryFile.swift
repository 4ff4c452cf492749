import Glibc
import Testing

/// A file that is removed with its owner.
final class TemporaryFile {
  struct Unmade: Error { let code: Int32 }

  let path: String

  init(_ content: String) throws {
    var template = Array("/tmp/kvnode-test-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw Unmade(code: errno) }
    defer { close(descriptor) }
    path = template.withUnsafeBufferPointer { buffer in
      String(decoding: buffer.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    let bytes = Array(content.utf8)
    guard write(descriptor, bytes, bytes.count) == bytes.count else { throw Unmade(code: errno) }
  }

  deinit { unlink(path) }
}
