internal import BinaryCodec
internal import Glibc
internal import JSONText
internal import KeyValueClient
internal import RaftTypes
internal import SystemPackage

/// What an interrupted load left behind: which input prefix a cluster has acknowledged.
///
/// A JSON document, written to a temporary file, synced and renamed, so that a crash leaves the old
/// state or the new one. It names the cluster: another cluster, or one created anew, has not got
/// the prefix.
struct LoadState: Equatable {
  var cluster: ClusterID
  var prefix: InputMark

  /// Nil when there is no such file.
  static func read(_ path: String) throws(CommandFailure) -> LoadState? {
    guard (try? FileDescriptor.open(FilePath(path), .readOnly).close()) != nil else { return nil }
    let text = try InputFile(path).readAll(limit: 4096)
    guard let state = parse(text) else {
      throw CommandFailure("\(path) is no state file of kvctl load: name another, or delete it")
    }
    return state
  }

  func write(_ path: String) throws(CommandFailure) {
    let temporary = FilePath(path + ".new")
    do {
      let file = try FileDescriptor.open(
        temporary, .writeOnly, options: [.create, .truncate, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
      try file.closeAfter {
        try file.writeAll(document)
        guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
      }
    } catch {
      throw CommandFailure("cannot write \(path).new: \(error)")
    }
    guard rename(path + ".new", path) == 0 else {
      throw CommandFailure("cannot rename \(path).new: \(Errno(rawValue: errno))")
    }
  }

  var document: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("cluster", cluster.description)
    writer.member("records", UInt64(prefix.records))
    writer.member("bytes", prefix.bytes)
    writer.member("crc32c", UInt64(prefix.checksum))
    writer.endObject()
    return writer.bytes + [UInt8(ascii: "\n")]
  }

  static func parse(_ text: Bytes) -> LoadState? {
    var scanner = JSONScanner(text)
    var cluster: ClusterID?
    var prefix = InputMark()
    do throws(JSONFault) {
      try scanner.beginObject()
      while let name = try scanner.nextMember() {
        switch name {
        case "cluster": cluster = ClusterID(text: try scanner.readString())
        case "records": prefix.records = try scanner.readInt()
        case "bytes": prefix.bytes = try scanner.readUInt64()
        case "crc32c": prefix.checksum = UInt32(truncatingIfNeeded: try scanner.readUInt64())
        default: try scanner.skipValue()
        }
      }
      try scanner.finish()
    } catch {
      return nil
    }
    guard let cluster, prefix.records >= 0 else { return nil }
    return LoadState(cluster: cluster, prefix: prefix)
  }
}
