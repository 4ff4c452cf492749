internal import Glibc

/// Directories.
package enum Folder {
  /// Makes `path` and what is missing above it.
  package static func make(_ path: String) throws(LiveFailure) {
    var made = ""
    for part in path.split(separator: "/", omittingEmptySubsequences: false) {
      made += made.isEmpty && part.isEmpty ? "/" : (made.isEmpty || made == "/" ? "" : "/") + part
      guard !made.isEmpty, mkdir(made, 0o755) != 0, errno != EEXIST else { continue }
      throw TextFile.failure("mkdir", made)
    }
  }

  /// The names in it, sorted; none when there is no such directory.
  package static func names(in path: String) -> [String] {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Removes everything in it, and leaves the directory: it may be a mount.
  package static func empty(_ path: String) {
    for name in names(in: path) {
      let inside = "\(path)/\(name)"
      guard unlink(inside) != 0 else { continue }
      empty(inside)
      rmdir(inside)
    }
  }
}
