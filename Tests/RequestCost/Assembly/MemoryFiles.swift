import BinaryCodec
import Glibc
import WriteAheadLog

/// A data directory in memory that forgets nothing: what is counted is the log, not a disk.
final class MemoryFiles: FileSystem {
  private var files: [String: MemoryFile] = [:]
  private var directories: Set<String> = []

  func create(_ path: String) throws(FileFault) -> MemoryFile {
    guard files[path] == nil else { throw .exists(path: path) }
    let file = MemoryFile()
    files[path] = file
    return file
  }

  func open(_ path: String) throws(FileFault) -> MemoryFile {
    guard let file = files[path] else { throw .notFound(path: path) }
    return file
  }

  func createDirectory(_ path: String) throws(FileFault) { directories.insert(path) }

  func list(_ path: String) throws(FileFault) -> [String] {
    let folder = path.isEmpty ? "" : path + "/"
    return (Array(files.keys) + directories).filter { $0.hasPrefix(folder) }
      .map { String($0.dropFirst(folder.count)) }.filter { !$0.contains("/") }.sorted()
  }

  func rename(_ path: String, to target: String) throws(FileFault) {
    files[target] = try open(path)
    files[path] = nil
  }

  func remove(_ path: String) throws(FileFault) {
    _ = try open(path)
    files[path] = nil
  }

  func giveBackBlocks(of path: String) throws(FileFault) {}

  func syncDirectory(_ path: String) throws(FileFault) {}

  func freeSpace() throws(FileFault) -> Int { 1 << 40 }
}

/// Bytes that were asked of the kernel at once: zeroing them costs the first that touches them.
final class MemoryFile: StoredFile {
  private var space = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  deinit { free(space.baseAddress) }

  func size() throws(FileFault) -> Int { space.count }

  func read(_ count: Int, at offset: Int) throws(FileFault) -> [UInt8] {
    Array(space[min(offset, space.count)..<min(offset + count, space.count)])
  }

  func write(_ bytes: Bytes, at offset: Int) throws(FileFault) {
    if offset + bytes.count > space.count { try truncate(to: offset + bytes.count) }
    UnsafeMutableRawBufferPointer(rebasing: space[offset...]).copyBytes(from: bytes)
  }

  func allocate(_ size: Int, rest: (Int) -> Void) throws(FileFault) {
    free(space.baseAddress)
    space = UnsafeMutableRawBufferPointer(start: calloc(size, 1), count: size)
  }

  func truncate(to size: Int) throws(FileFault) {
    let old = space
    space = UnsafeMutableRawBufferPointer(start: calloc(size, 1), count: size)
    space.copyBytes(from: old.prefix(size))
    free(old.baseAddress)
  }

  func sync() throws(FileFault) {}
}
