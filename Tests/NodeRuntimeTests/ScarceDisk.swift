import BinaryCodec
import Glibc
import NIOConcurrencyHelpers
import PosixStorage
import RaftTypes
import WriteAheadLog

/// A real directory that refuses new space, or every sync, while it is told to.
final class ScarceDisk: FileSystem, Sendable {
  let files: PosixFileSystem
  let root: String
  private let full = NIOLockedValueBox(false)
  private let broken = NIOLockedValueBox(false)

  var isFull: Bool {
    get { full.withLockedValue { $0 } }
    set { full.withLockedValue { $0 = newValue } }
  }

  var isBroken: Bool {
    get { broken.withLockedValue { $0 } }
    set { broken.withLockedValue { $0 = newValue } }
  }

  /// Whose disk it is, for what must name somebody.
  static let membership = Membership(voters: [
    Member(
      id: NodeID(1), incarnation: DiskIncarnation(42), peerAddress: "127.0.0.1:1",
      clientAddress: "127.0.0.1:2")
  ])

  struct Unmade: Error { let code: Int32 }

  init() throws {
    var template = Array("/tmp/quoin-runtime-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw Unmade(code: errno) }
    root = String(cString: made)
    files = PosixFileSystem(root: root)
  }

  /// The log of a node that has just been made here.
  func newLog(_ options: LogOptions) throws -> WriteAheadLog<ScarceDisk> {
    let identity = DiskIdentity(
      cluster: ClusterID(1, epoch: 1), node: NodeID(1), incarnation: DiskIncarnation(1))
    try WriteAheadLog.format(self, identity, genesis: nil, options)
    guard
      case .opened(let log, _) = try WriteAheadLog.open(
        self, options, renewal: DiskIncarnation(0xEE))
    else { throw Unmade(code: 0) }
    return log
  }

  deinit {
    for folder in ["wal", "snapshots", ""] {
      for name in (try? files.list(folder)) ?? [] { unlink("\(root)/\(folder)/\(name)") }
      rmdir("\(root)/\(folder)")
    }
  }

  final class File: StoredFile {
    let file: PosixFileSystem.File
    let disk: ScarceDisk
    let path: String

    init(_ file: PosixFileSystem.File, _ disk: ScarceDisk, _ path: String) {
      self.file = file
      self.disk = disk
      self.path = path
    }

    func size() throws(FileFault) -> Int { try file.size() }
    func read(_ count: Int, at offset: Int) throws(FileFault) -> [UInt8] {
      try file.read(count, at: offset)
    }
    func write(_ bytes: Bytes, at offset: Int) throws(FileFault) {
      try file.write(bytes, at: offset)
    }
    func writeThrough(_ bytes: Bytes, at offset: Int) throws(FileFault) {
      try file.writeThrough(bytes, at: offset)
    }
    func allocate(_ size: Int, rest: (Int) -> Void) throws(FileFault) {
      try disk.claim(path)
      try file.allocate(size, rest: rest)
    }
    func truncate(to size: Int) throws(FileFault) { try file.truncate(to: size) }
    func sync() throws(FileFault) {
      if disk.isBroken { throw .io(path: path, operation: "fdatasync", code: EIO) }
      try file.sync()
    }
  }

  private func claim(_ path: String) throws(FileFault) {
    if isFull { throw .noSpace(path: path) }
  }

  func create(_ path: String) throws(FileFault) -> File {
    try claim(path)
    return File(try files.create(path), self, path)
  }
  func open(_ path: String) throws(FileFault) -> File { File(try files.open(path), self, path) }
  func createDirectory(_ path: String) throws(FileFault) { try files.createDirectory(path) }
  func list(_ path: String) throws(FileFault) -> [String] { try files.list(path) }
  func rename(_ path: String, to target: String) throws(FileFault) {
    try files.rename(path, to: target)
  }
  func remove(_ path: String) throws(FileFault) { try files.remove(path) }
  func giveBackBlocks(of path: String) throws(FileFault) { try files.giveBackBlocks(of: path) }
  func syncDirectory(_ path: String) throws(FileFault) { try files.syncDirectory(path) }
  func freeSpace() throws(FileFault) -> Int { isFull ? 0 : try files.freeSpace() }
}
