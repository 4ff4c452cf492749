internal import BinaryCodec
internal import Glibc
internal import SystemPackage

/// A file, or standard input when its name is `-`, read in pieces.
struct InputFile: ~Copyable {
  private let descriptor: FileDescriptor
  private let isOwned: Bool
  let name: String

  init(_ path: String) throws(CommandFailure) {
    name = path == "-" ? "standard input" : path
    isOwned = path != "-"
    guard isOwned else {
      descriptor = .standardInput
      return
    }
    do {
      descriptor = try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec])
    } catch {
      throw CommandFailure("cannot open \(path): \(error)")
    }
  }

  deinit { if isOwned { try? descriptor.close() } }

  /// Bytes in the file; nil when it is no regular file.
  var size: Int? {
    var status = stat()
    guard fstat(descriptor.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return nil
    }
    return Int(status.st_size)
  }

  /// The next piece, at most `count` bytes; empty at the end.
  ///
  /// Whoever watches for interruptions is not kept by an input that never comes.
  func read(_ count: Int = 256 << 10) throws(CommandFailure) -> [UInt8] {
    while !isReady {
      guard !Interruption.isRequested else {
        throw CommandFailure("interrupted while waiting for \(name)")
      }
    }
    do {
      return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        filled = try descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
      }
    } catch {
      throw CommandFailure("cannot read \(name): \(error)")
    }
  }

  /// Whether `read` will not wait; looks for a tenth of a second, or until a signal.
  private var isReady: Bool {
    var place = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
    let found = poll(&place, 1, 100)
    return found > 0 || (found < 0 && errno != EINTR)
  }

  /// Everything, if that is at most `limit` bytes.
  func readAll(limit: Int) throws(CommandFailure) -> Bytes {
    var bytes: [UInt8] = []
    while true {
      let piece = try read()
      if piece.isEmpty { return bytes[...] }
      guard bytes.count + piece.count <= limit else {
        throw CommandFailure("\(name) is longer than \(limit) bytes, the most that is sent")
      }
      bytes += piece
    }
  }
}
