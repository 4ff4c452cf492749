import BinaryCodec
import ClientProtocol
import Glibc
import PosixStorage
import RaftTypes
import Testing
import WriteAheadLog

@testable import kvctl

/// Real data directories of the nodes of a cluster that is not running.
final class DisasterArea {
  let root: String
  static let options = LogOptions(segmentSize: 64 << 10, reserveSize: 4096)

  init(nodes: [UInt64]) throws {
    var template = Array("/tmp/kvctl-recover-XXXXXX".utf8CString)
    root = String(cString: try #require(mkdtemp(&template)))
    for node in nodes {
      try files(node).makeRoot()
      try WriteAheadLog.format(
        files(node), identity(node), genesis: Survivors.entry(0, 1, nodes), Self.options)
    }
  }

  deinit { try? Self.remove(root) }

  private static func remove(_ path: String) throws {
    for name in try PosixFileSystem(root: path).list("") {
      if unlink("\(path)/\(name)") != 0 { try remove("\(path)/\(name)") }
    }
    rmdir(path)
  }

  func directory(_ node: UInt64) -> String { "\(root)/n\(node)" }
  func files(_ node: UInt64) -> PosixFileSystem { PosixFileSystem(root: directory(node)) }

  func identity(_ node: UInt64) -> DiskIdentity {
    DiskIdentity(
      cluster: Survivors.cluster, node: NodeID(node), incarnation: DiskIncarnation(0xD0 + node))
  }

  /// Appends puts `k<index>` up to `last`, each in a group of its own.
  func write(_ node: UInt64, through last: UInt64, term: UInt64 = 1) throws {
    guard
      case .opened(let log, _) = try WriteAheadLog.open(
        files(node), Self.options, renewal: DiskIncarnation(0xFF))
    else { return }
    for index in log.last.index.number + 1...last {
      let command = Command(
        .put(Put(key: Bytes("k\(index)".utf8), value: Bytes("v\(index)".utf8))))
      try log.append([
        Entry(
          position: Survivors.position(term, index), logTime: LogTime(milliseconds: index),
          payload: .command(command.encoded()[...]))
      ])
      try log.sync()
    }
  }

  /// Spoils the body of the record that holds `index` in a node's first segment.
  func spoil(_ node: UInt64, _ index: UInt64) throws {
    var place: Int?
    try LogInspection(files(node)).run { finding in
      if case .record(let record, _) = finding, record.first.index.number == index {
        place = record.offset
      }
    }
    let offset = try #require(place) + 64 + 5
    let file = try files(node).open("wal/1.log")
    let byte = try file.read(1, at: offset)
    try file.write([byte[0] ^ 1], at: offset)
    try file.sync()
  }

  func copies(_ nodes: [UInt64]) throws -> [SurvivingCopy] {
    try nodes.map { try SurvivingCopy(reading: directory($0)) }
  }

  func recovery(_ node: UInt64) throws -> Recovery {
    guard
      case .opened(_, let recovery) = try WriteAheadLog.open(
        files(node), Self.options, renewal: DiskIncarnation(0xFE))
    else { throw CommandFailure("\(node) is unformatted") }
    return recovery
  }
}
