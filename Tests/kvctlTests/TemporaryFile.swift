import Glibc
import Testing

@testable import kvctl

/// A file that is removed when the test is over.
final class TemporaryFile {
  let path: String

  init(_ content: String = "") throws {
    guard let name = strdup("/tmp/kvctl-test-XXXXXX") else { throw CommandFailure("no memory") }
    defer { free(name) }
    let descriptor = mkstemp(name)
    path = String(cString: name)
    let bytes = Array(content.utf8)
    #expect(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
    close(descriptor)
  }

  deinit {
    unlink(path)
    unlink(path + ".new")
  }
}
