internal import Glibc
internal import SystemPackage
public import WriteAheadLog

/// Why a data directory could not be taken.
public enum LockFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// Another process runs on it; `pid` is what that one wrote. End it first.
  case held(directory: String, pid: Int32?)
  /// The lock file could not be made or read. Check the directory and its permissions.
  case file(FileFault)

  public var description: String {
    switch self {
    case .held(let directory, let pid):
      "data directory \(directory) is in use by process \(pid.map(String.init) ?? "unknown")"
    case .file(let fault): "lock file: \(fault)"
    }
  }
}

/// Keeps a data directory to one process: flock(2) on its `lock` file, which also names the
/// process.
///
/// The kernel lets go of it when the process ends, however it ends; the file stays and means
/// nothing then.
public final class DirectoryLock: Sendable {
  private let descriptor: FileDescriptor

  /// Takes the lock and writes this process's id into the file.
  public init(directory: String) throws(LockFault) {
    descriptor = try Self.openFile(directory, create: true)
    do throws(LockFault) {
      try Self.acquire(descriptor, directory)
      try Self.write(getpid(), descriptor)
    } catch {
      try? descriptor.close()
      throw error
    }
  }

  deinit { try? descriptor.close() }

  /// The process that runs on `directory`, nil when none does. Needs no more than to read the lock
  /// file.
  public static func holder(of directory: String) throws(LockFault) -> Int32? {
    let descriptor: FileDescriptor
    do throws(LockFault) {
      descriptor = try openFile(directory, create: false)
    } catch {
      guard case .file(.notFound) = error else { throw error }
      return nil
    }
    defer { try? descriptor.close() }
    if flock(descriptor.rawValue, LOCK_SH | LOCK_NB) == 0 { return nil }
    return readPid(descriptor)
  }

  private static func openFile(
    _ directory: String, create: Bool
  ) throws(LockFault) -> FileDescriptor {
    do {
      return try posix("open", "lock") {
        try FileDescriptor.open(
          FilePath(directory).appending("lock"), create ? .readWrite : .readOnly,
          options: create ? [.create, .closeOnExec] : .closeOnExec,
          permissions: [.ownerReadWrite, .groupRead, .otherRead])
      }
    } catch {
      throw .file(error)
    }
  }

  // A look by `holder` takes a shared lock for an instant; only what stays is a holder.
  private static func acquire(
    _ descriptor: FileDescriptor, _ directory: String
  ) throws(LockFault) {
    for _ in 0..<Limits.lockAttempts {
      if flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 { return }
      let code = errno
      guard code == EWOULDBLOCK || code == EINTR else {
        throw .file(FileFault(Errno(rawValue: code), "flock", "lock"))
      }
      usleep(Limits.lockPause)
    }
    throw .held(directory: directory, pid: readPid(descriptor))
  }

  private static func write(_ pid: Int32, _ descriptor: FileDescriptor) throws(LockFault) {
    do {
      try posix("write", "lock") {
        try descriptor.resize(to: 0)
        try descriptor.writeAll(toAbsoluteOffset: 0, "\(pid)\n".utf8)
      }
    } catch {
      throw .file(error)
    }
  }

  private static func readPid(_ descriptor: FileDescriptor) -> Int32? {
    let room = 16
    let bytes = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
      let target = UnsafeMutableRawBufferPointer(buffer)
      count = (try? descriptor.read(fromAbsoluteOffset: 0, into: target)) ?? 0
    }
    let digits = bytes.prefix { $0 >= 0x30 && $0 <= 0x39 }
    return Int32(String(decoding: digits, as: UTF8.self))
  }
}
