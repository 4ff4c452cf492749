public import BinaryCodec
internal import Glibc
internal import Synchronization
internal import SystemPackage
public import WriteAheadLog

/// An open file of a `PosixFileSystem`; closed when its last reference goes.
///
/// Reads and writes name their offsets (pread(2), pwrite(2)), so threads may share one, but not
/// while one of them writes; the log gives each thread its own.
public final class PosixFile: StoredFile, Sendable {
  private let descriptor: FileDescriptor
  private let path: String
  // From the first write past the page cache on.
  private let sectors: Mutex<SectorWriter?> = Mutex(nil)

  init(_ descriptor: FileDescriptor, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit {
    // What matters was synced; close(2) has nothing to say about that, and may not be repeated.
    try? descriptor.close()
  }

  /// Length of the file, fstat(2).
  public func size() throws(FileFault) -> Int {
    var status = stat()
    guard fstat(descriptor.rawValue, &status) == 0 else {
      throw FileFault(Errno(rawValue: errno), "fstat", path)
    }
    return Int(status.st_size)
  }

  /// pread(2) until `count` bytes are there or the file ends.
  public func read(_ count: Int, at offset: Int) throws(FileFault) -> [UInt8] {
    var fault: Errno?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      (filled, fault) = fill(UnsafeMutableRawBufferPointer(buffer), at: offset)
    }
    if let fault { throw FileFault(fault, "pread", path) }
    return bytes
  }

  /// The same; memory that is new to the process costs more than what is read into it.
  public func read(
    _ count: Int, at offset: Int, into buffer: inout [UInt8]
  ) throws(FileFault) {
    guard buffer.count == count else {
      buffer = []
      buffer = try read(count, at: offset)
      return
    }
    let (filled, fault) = buffer.withUnsafeMutableBytes { fill($0, at: offset) }
    if let fault { throw FileFault(fault, "pread", path) }
    buffer.removeLast(count - filled)
  }

  private func fill(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) -> (Int, Errno?) {
    var filled = 0
    do {
      while filled < buffer.count {
        let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
        let got = try descriptor.read(
          fromAbsoluteOffset: Int64(offset + filled), into: rest, retryOnInterrupt: true)
        if got == 0 { break }
        filled += got
      }
      return (filled, nil)
    } catch {
      return (filled, error as? Errno ?? .ioError)
    }
  }

  /// pwrite(2) until everything is written.
  public func write(_ bytes: Bytes, at offset: Int) throws(FileFault) {
    forgetSectors()
    try posix("pwrite", path) {
      try bytes.withUnsafeBytes { buffer in
        var done = 0
        while done < buffer.count {
          let rest = UnsafeRawBufferPointer(rebasing: buffer[done...])
          done += try descriptor.write(
            toAbsoluteOffset: Int64(offset + done), rest, retryOnInterrupt: true)
        }
      }
    }
  }

  /// pwrite(2) past the page cache, where that is to be had; where not, through it.
  public func writeThrough(_ bytes: Bytes, at offset: Int) throws(FileFault) {
    let outcome = sectors.withLock { writer in
      var open = writer.take() ?? SectorWriter(descriptor)
      let outcome = open.write(bytes, at: offset)
      writer = consume open
      return outcome
    }
    switch outcome {
    case .written: break
    case .refused: try write(bytes, at: offset)
    case .failed(let code): throw FileFault(code, "pwrite", path)
    }
  }

  // Before anything changes that was not written past the page cache.
  private func forgetSectors() { sectors.withLock { $0?.forget() } }

  /// Allocates the blocks (so that the disk cannot fill up later), then really writes zeros: into
  /// blocks that are only allocated, every first write changes metadata, and fdatasync(2) waits for
  /// the journal.
  public func allocate(_ size: Int, rest: (Int) -> Void) throws(FileFault) {
    guard size > 0 else { return try truncate(to: 0) }
    forgetSectors()
    var code = EINTR
    while code == EINTR { code = posix_fallocate(descriptor.rawValue, 0, off_t(size)) }
    guard code == 0 else { throw FileFault(Errno(rawValue: code), "posix_fallocate", path) }
    try writeZeros(size, rest)
    try truncate(to: size)
  }

  // Past the page cache, which would take the time and the memory of all of it twice.
  private func writeZeros(_ size: Int, _ rest: (Int) -> Void) throws(FileFault) {
    let zeros = [UInt8](repeating: 0, count: min(size, Limits.zeroRun))
    for start in stride(from: 0, to: size, by: Limits.zeroRun) {
      let run = zeros[..<min(Limits.zeroRun, size - start)]
      try writeThrough(run, at: start)
      try sync()
      rest(run.count)
    }
  }

  /// ftruncate(2).
  public func truncate(to size: Int) throws(FileFault) {
    forgetSectors()
    try posix("ftruncate", path) { try descriptor.resize(to: Int64(size)) }
  }

  /// Whether the file has one name, and no other descriptor of it is open, in any process; false
  /// also where that cannot be told. Whoever asks must know that nobody can open it meanwhile.
  func isAlone() -> Bool {
    var status = stat()
    guard fstat(descriptor.rawValue, &status) == 0, status.st_nlink == 1 else { return false }
    // fcntl.h shows these to GNU's C alone. Whoever opens the file all the same would end this
    // process by SIGIO; SIGURG is ignored.
    let (setSignal, setLease): (CInt, CInt) = (10, 1024)
    guard fcntl(descriptor.rawValue, setSignal, SIGURG) == 0,
      fcntl(descriptor.rawValue, setLease, F_WRLCK) == 0
    else { return false }
    _ = fcntl(descriptor.rawValue, setLease, F_UNLCK)
    return true
  }

  /// fdatasync(2), once.
  public func sync() throws(FileFault) {
    // Not repeated on any failure: the second call would succeed and mean nothing (fsync(2),
    // NOTES).
    guard fdatasync(descriptor.rawValue) == 0 else {
      throw FileFault(Errno(rawValue: errno), "fdatasync", path)
    }
  }
}
