import Glibc
import PosixStorage
import WriteAheadLog

/// Directories that tests work in.
enum TemporaryDirectory {
  struct Unmade: Error { let code: Int32 }

  /// A new, empty directory.
  static func make() throws -> String {
    var template = Array("/tmp/quoin-storage-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw Unmade(code: errno) }
    return String(cString: made)
  }

  /// Removes a directory with its files and their directories.
  static func remove(_ root: String) {
    let files = PosixFileSystem(root: root)
    for name in (try? files.list("")) ?? [] {
      if unlink("\(root)/\(name)") != 0 { remove("\(root)/\(name)") }
    }
    rmdir(root)
  }

  /// Runs `body` on a directory that is gone afterwards.
  static func use(_ body: (String) throws -> Void) throws {
    let root = try make()
    defer { remove(root) }
    try body(root)
  }
}
