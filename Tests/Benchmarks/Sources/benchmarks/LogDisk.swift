import Determinism
import Glibc
import PosixStorage
import RaftTypes
import WriteAheadLog

/// A directory with a log and a bare file, in the current directory.
final class LogDisk {
  private let root: String
  private let log: WriteAheadLog<PosixFileSystem>
  private let files: PosixFileSystem
  private let bare: PosixFile
  private var bareOffset = 0
  private var next: UInt64 = 1

  private static let size = 64 << 20

  init() throws {
    var template = Array("benchmark-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw FileFault.notFound(path: "benchmark-XXXXXX") }
    root = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    files = PosixFileSystem(root: root + "/node")
    try files.makeRoot()
    let identity = DiskIdentity(
      cluster: ClusterID(1, epoch: 1), node: NodeID(1), incarnation: DiskIncarnation(1))
    try WriteAheadLog.format(files, identity, genesis: nil)
    guard
      case .opened(let log, _) = try WriteAheadLog.open(files, renewal: DiskIncarnation(2))
    else { throw FileFault.notFound(path: "identity") }
    self.log = log
    bare = try PosixFileSystem(root: root).create("bare")
    try bare.allocate(Self.size)
    try bare.sync()
  }

  /// What is left behind stands in a directory of its own; nothing in it is of use.
  func remove() {
    for folder in ["node/wal", "node/snapshots", "node", ""] {
      let names = (try? PosixFileSystem(root: root).list(folder)) ?? []
      for name in names { unlink("\(root)/\(folder)/\(name)") }
      rmdir("\(root)/\(folder)")
    }
  }

  /// Appends these values again and again, a sync for each time.
  func appendAll(_ values: [[UInt8]], _ groups: Int) throws -> Syncs {
    // What the spare maker does meanwhile in a node.
    while let order = log.orderSpare() {
      try order.carryOut(on: files)
      log.ended(order, isDone: true)
    }
    let before = log.sizeOnDisk
    let syncs = try (0..<groups).map { _ in
      let entries = Samples.entries(values.count, from: next) { values[$0] }
      next += UInt64(values.count)
      return try timed {
        try log.append(entries)
        try log.sync()
      }
    }
    return Self.summed(syncs, log.sizeOnDisk - before)
  }

  /// Writes so many bytes again and again, one behind the other, a sync for each time.
  func writeBare(_ count: Int, _ groups: Int) throws -> Syncs {
    let bytes = [UInt8](repeating: 7, count: count)
    let syncs = try (0..<groups).map { _ in
      if bareOffset + count > Self.size { bareOffset = 0 }
      let time = try timed {
        try bare.write(bytes[...], at: bareOffset)
        try bare.sync()
      }
      bareOffset += count
      return time
    }
    return Self.summed(syncs, count * groups)
  }

  private static func summed(_ syncs: [Double], _ written: Int) -> Syncs {
    Syncs(
      sum: syncs.reduce(0, +), middle: syncs.sorted()[syncs.count / 2], written: written)
  }

  private func timed(_ body: () throws -> Void) rethrows -> Double {
    let start = Clock.wall()
    try body()
    return Clock.wall() - start
  }
}
