public import BinaryCodec

/// The port through which everything durable passes: one data directory.
///
/// Synchronous, because the log is: in production one thread owns it, in simulation one seed does.
/// Paths are relative to the data directory, separated by "/"; "" is the directory itself. An
/// implementation promises what POSIX does and no more: written bytes are durable after `sync`,
/// names after `syncDirectory`; until then a crash may keep any part of them, sector by sector and
/// name by name.
public protocol FileSystem {
  /// An open file; closed when its last reference goes.
  associatedtype File: StoredFile

  /// A new, empty file, readable and writable; `.exists` when the name is taken.
  func create(_ path: String) throws(FileFault) -> File

  /// A file that exists; `.notFound` when it does not.
  func open(_ path: String) throws(FileFault) -> File

  /// Makes a directory unless it is there.
  func createDirectory(_ path: String) throws(FileFault)

  /// The names in a directory, in no order, without "." and "..".
  func list(_ path: String) throws(FileFault) -> [String]

  /// Gives a file another name, atomically, replacing what had that name.
  func rename(_ path: String, to target: String) throws(FileFault)

  /// Removes a file; `.notFound` when there is none.
  func remove(_ path: String) throws(FileFault)

  /// Prepares the removal of a large file, if it is there: gives its blocks back a few at a time,
  /// durably, where the disk could not take all at once without making others wait. A file that
  /// somebody has open, or that has another name besides, stays whole. May do nothing.
  func giveBackBlocks(of path: String) throws(FileFault)

  /// Makes the names in a directory durable: creations, renames and removals (fsync(2) on the
  /// directory).
  func syncDirectory(_ path: String) throws(FileFault)

  /// Bytes that this process may still write to the disk.
  func freeSpace() throws(FileFault) -> Int
}

/// An open file of a `FileSystem`. Offsets and sizes are in bytes.
public protocol StoredFile {
  /// Length of the file.
  func size() throws(FileFault) -> Int

  /// The bytes at `offset`: as many as asked for, fewer only where the file ends.
  func read(_ count: Int, at offset: Int) throws(FileFault) -> [UInt8]

  /// The same into `buffer`, whose memory is used once more if it fits: for whoever reads one
  /// large file after the other.
  func read(_ count: Int, at offset: Int, into buffer: inout [UInt8]) throws(FileFault)

  /// Writes all of `bytes` at `offset`, in one system call where the system allows it.
  func write(_ bytes: Bytes, at offset: Int) throws(FileFault)

  /// The same for bytes that end with a sector, and that nobody reads before the next start: past
  /// what keeps them in memory besides the disk, where that can be. Of the sector in which they
  /// begin, what stands before them is written once more.
  func writeThrough(_ bytes: Bytes, at offset: Int) throws(FileFault)

  /// Makes the file `size` bytes long, with its blocks allocated and really written with zeros, so
  /// that later writes inside it need neither space nor metadata. Not durable before `sync`.
  /// - Parameter rest: called with the bytes of each run of zeros once the disk has them; who is in
  ///   no hurry waits there.
  func allocate(_ size: Int, rest: (_ bytes: Int) -> Void) throws(FileFault)

  /// Cuts or extends the file to `size`.
  func truncate(to size: Int) throws(FileFault)

  /// Makes content and size durable (fdatasync(2)). A failure is final: see `FileFault.io`.
  func sync() throws(FileFault)
}

extension StoredFile {
  /// The same, in a hurry.
  public func allocate(_ size: Int) throws(FileFault) { try allocate(size) { _ in } }

  /// Without a memory to save.
  public func read(
    _ count: Int, at offset: Int, into buffer: inout [UInt8]
  ) throws(FileFault) {
    buffer = try read(count, at: offset)
  }

  /// Where nothing is kept.
  public func writeThrough(_ bytes: Bytes, at offset: Int) throws(FileFault) {
    try write(bytes, at: offset)
  }
}

extension FileSystem {
  /// Whether `path` names something that can be opened.
  func exists(_ path: String) throws(FileFault) -> Bool {
    do {
      _ = try open(path)
      return true
    } catch {
      guard case .notFound = error else { throw error }
      return false
    }
  }

  /// Removes a file if it is there.
  func discard(_ path: String) throws(FileFault) {
    do {
      try remove(path)
    } catch {
      guard case .notFound = error else { throw error }
    }
  }
}
