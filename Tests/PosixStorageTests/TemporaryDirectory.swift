import Glibc
import PosixStorage
import WriteAheadLog

/// A new, empty directory.
func temporaryDirectory() throws -> String {
  var template = Array("/tmp/quoin-storage-XXXXXX".utf8CString)
  guard let made = mkdtemp(&template) else { throw Unmade(code: errno) }
  return String(cString: made)
}

struct Unmade: Error { let code: Int32 }

/// Removes a directory with its files and their directories.
func removeDirectory(_ root: String) {
  let files = PosixFileSystem(root: root)
  for name in (try? files.list("")) ?? [] {
    if unlink("\(root)/\(name)") != 0 { removeDirectory("\(root)/\(name)") }
  }
  rmdir(root)
}

/// Runs `body` on a directory that is gone afterwards.
func withDirectory(_ body: (String) throws -> Void) throws {
  let root = try temporaryDirectory()
  defer { removeDirectory(root) }
  try body(root)
}
