internal import BinaryCodec
internal import ClientProtocol
internal import KeyValueStore
internal import PosixStorage
internal import RaftTypes
internal import SystemPackage
internal import WriteAheadLog

/// The file that a snapshot is saved to: FILE.partial until it is whole, checked and durable.
struct SnapshotTarget {
  struct Saved {
    let descriptor: SnapshotDescriptor
    let revision: Revision
    let size: Int
  }

  private let path: String
  private let files: PosixFileSystem
  private let name: String
  private let file: PosixFile

  private var partial: String { name + ".partial" }

  /// Makes FILE.partial anew.
  init(_ path: String) throws(CommandFailure) {
    self.path = path
    let absolute = FilePath(try LocalCluster.absolute(path))
    name = absolute.lastComponent?.string ?? ""
    files = PosixFileSystem(root: absolute.removingLastComponent().string)
    do throws(FileFault) {
      if try files.list("").contains(name + ".partial") { try files.remove(name + ".partial") }
      file = try files.create(name + ".partial")
    } catch {
      throw CommandFailure("cannot write \(path).partial: \(error)")
    }
  }

  func write(_ bytes: Bytes, at offset: UInt64) throws(CommandFailure) {
    do throws(FileFault) {
      try file.write(bytes, at: Int(clamping: offset))
    } catch {
      throw CommandFailure("cannot write \(path).partial: \(error)")
    }
  }

  /// Gives up: removes what was written.
  func cancel() { try? files.remove(partial) }

  /// Checks every byte, and gives the file its name, durably.
  func finish() throws(CommandFailure) -> Saved {
    do throws(LogFault) {
      let saved = try check()
      do throws(FileFault) {
        try file.sync()
        try files.rename(partial, to: name)
        try files.syncDirectory("")
      } catch {
        throw LogFault.file(error)
      }
      return saved
    } catch {
      if case .damaged = error { cancel() }
      throw SnapshotSource.failure(error, path)
    }
  }

  private func check() throws(LogFault) -> Saved {
    var reader = try SnapshotReader(files, path: partial)
    try reader.verify()
    // The first chunks tell the revision; the node has checked the state when it wrote it.
    var decoder = SnapshotDecoder()
    while decoder.revision == nil, let chunk = try reader.next() {
      do throws(SnapshotFault) {
        try decoder.consume(chunk[...])
      } catch {
        throw .damaged(Damage(path: partial, offset: 0, finding: "\(error)"))
      }
    }
    return Saved(
      descriptor: reader.descriptor, revision: decoder.revision ?? Revision(0),
      size: reader.size)
  }
}
