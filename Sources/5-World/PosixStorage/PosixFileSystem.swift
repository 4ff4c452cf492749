internal import Glibc
internal import SystemPackage
public import WriteAheadLog

/// A data directory on a real disk.
///
/// Files are made with mode 0600 and directories with 0700: a node's data is its own, whatever the
/// umask would allow. Interrupted calls are repeated, short reads and writes go on; `ENOSPC` and
/// `EDQUOT` become `.noSpace`.
public struct PosixFileSystem: FileSystem, Sendable {
  /// Whether files may be changed; tools that only look open a directory read-only.
  public enum Access: Sendable {
    case readWrite, readOnly
  }

  /// The data directory.
  public let root: String
  private let access: Access

  /// - Parameter root: the data directory, which must exist for everything but `makeRoot`.
  public init(root: String, access: Access = .readWrite) {
    self.root = root
    self.access = access
  }

  /// Makes the data directory and the directories above it, unless they are there, and syncs the
  /// names. Its own also when it is there: whoever made it may have died before the sync. Where its
  /// parent may not be read, that was not this user's to do.
  public func makeRoot() throws(FileFault) {
    var made = FilePath(root).isAbsolute ? FilePath("/") : FilePath(".")
    for component in FilePath(root).components {
      let parent = made
      made.append(component)
      if try makeDirectory(made) {
        try syncDirectory(at: parent)
      } else if made == FilePath(root) {
        try? syncDirectory(at: parent)
      }
    }
  }

  /// open(2) with O_CREAT and O_EXCL.
  public func create(_ path: String) throws(FileFault) -> PosixFile {
    try openFile(path, .readWrite, [.create, .exclusiveCreate, .closeOnExec])
  }

  /// open(2), by the directory's `Access`.
  public func open(_ path: String) throws(FileFault) -> PosixFile {
    try openFile(path, access == .readWrite ? .readWrite : .readOnly, .closeOnExec)
  }

  private func openFile(
    _ path: String, _ mode: FileDescriptor.AccessMode, _ options: FileDescriptor.OpenOptions
  ) throws(FileFault) -> PosixFile {
    let full = absolute(path)
    let descriptor = try posix("open", path) {
      try FileDescriptor.open(full, mode, options: options, permissions: .ownerReadWrite)
    }
    return PosixFile(descriptor, path: path)
  }

  /// Whether writes to a file that is there may pass the page cache (O_DIRECT of open(2)). Where
  /// its system refuses that, `PosixFile.writeThrough` goes through the cache and says nothing.
  public func passesPageCache(_ path: String) -> Bool {
    guard
      let descriptor = try? FileDescriptor.open(
        absolute(path), .readOnly, options: [.closeOnExec, SectorWriter.passingTheCache])
    else { return false }
    try? descriptor.close()
    return true
  }

  /// ftruncate(2) and fdatasync(2), step by step: a file system that is mounted with `discard`
  /// (ext4(5), xfs(5)) names all blocks that a removal frees to the disk at once, and of hundreds
  /// of MiB disks stand still for tens of milliseconds.
  ///
  /// Only where nobody else has the file open, which a write lease says (F_SETLEASE of fcntl(2)),
  /// and where it has no other name: a backup may be made of links.
  public func giveBackBlocks(of path: String) throws(FileFault) {
    let file: PosixFile
    do {
      file = try openFile(path, .readWrite, .closeOnExec)
    } catch {
      guard case .notFound = error else { throw error }
      return
    }
    guard file.isAlone() else { return }
    var size = try file.size()
    while size > Limits.shrinkStep {
      // Whole steps: a block that is cut in two would have to be written.
      size = (size - 1) / Limits.shrinkStep * Limits.shrinkStep
      try file.truncate(to: size)
      try file.sync()
    }
  }

  /// mkdir(2); that it is there is no fault.
  public func createDirectory(_ path: String) throws(FileFault) {
    _ = try makeDirectory(absolute(path))
  }

  /// readdir(3), in no order.
  public func list(_ path: String) throws(FileFault) -> [String] {
    guard let stream = opendir(absolute(path).string) else {
      throw FileFault(Errno(rawValue: errno), "opendir", path)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        guard errno == 0 else { throw FileFault(Errno(rawValue: errno), "readdir", path) }
        return names
      }
      let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
        field.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) {
          String(cString: $0)
        }
      }
      if name != ".", name != ".." { names.append(name) }
    }
  }

  /// rename(2).
  public func rename(_ path: String, to target: String) throws(FileFault) {
    guard Glibc.rename(absolute(path).string, absolute(target).string) == 0 else {
      throw FileFault(Errno(rawValue: errno), "rename", path)
    }
  }

  /// unlink(2).
  public func remove(_ path: String) throws(FileFault) {
    guard unlink(absolute(path).string) == 0 else {
      throw FileFault(Errno(rawValue: errno), "unlink", path)
    }
  }

  /// fsync(2) on the directory.
  public func syncDirectory(_ path: String) throws(FileFault) {
    try syncDirectory(at: absolute(path))
  }

  /// statvfs(3): what is free for an unprivileged process.
  public func freeSpace() throws(FileFault) -> Int {
    var status = statvfs()
    guard statvfs(root, &status) == 0 else {
      throw FileFault(Errno(rawValue: errno), "statvfs", "")
    }
    return Int(clamping: status.f_bavail) * Int(clamping: status.f_frsize)
  }

  private func absolute(_ path: String) -> FilePath {
    path.isEmpty ? FilePath(root) : FilePath(root).appending(path)
  }

  /// Whether it was made now.
  private func makeDirectory(_ path: FilePath) throws(FileFault) -> Bool {
    guard mkdir(path.string, 0o700) != 0 else { return true }
    guard errno == EEXIST else {
      throw FileFault(Errno(rawValue: errno), "mkdir", path.string)
    }
    return false
  }

  private func syncDirectory(at path: FilePath) throws(FileFault) {
    try posix("fsync of the directory", path.string) {
      let descriptor = try FileDescriptor.open(
        path, .readOnly, options: [.directory, .closeOnExec])
      try descriptor.closeAfter {
        guard fsync(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
      }
    }
  }
}
