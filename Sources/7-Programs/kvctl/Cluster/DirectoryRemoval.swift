internal import Glibc
internal import SystemPackage

/// Removes what `cluster init` made, and nothing else.
enum DirectoryRemoval {
  /// Removes DIR with its node directories; leaves DIR when something else is in it.
  static func remove(_ directory: String) throws(CommandFailure) {
    for path in try LocalCluster.nodeDirectories(directory) { try removeTree(path) }
    guard rmdir(directory) != 0, errno != ENOENT, errno != ENOTEMPTY else { return }
    throw CommandFailure("cannot remove \(directory): \(Errno(rawValue: errno))")
  }

  private static func removeTree(_ path: String) throws(CommandFailure) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    let isDirectory = status.st_mode & S_IFMT == S_IFDIR
    if isDirectory {
      for name in try LocalCluster.names(in: path) { try removeTree(path + "/" + name) }
    }
    guard (isDirectory ? rmdir(path) : unlink(path)) == 0 else {
      throw CommandFailure("cannot remove \(path): \(Errno(rawValue: errno))")
    }
  }
}
