internal import BinaryCodec
internal import KeyValueStore
internal import PosixStorage
internal import RaftTypes
internal import Replica
internal import SystemPackage
internal import WriteAheadLog

/// A snapshot file anywhere on this machine, in the format of a node's own.
struct SnapshotSource {
  let path: String
  let files: PosixFileSystem
  /// The file's name in `files`.
  let name: String
  let descriptor: SnapshotDescriptor
  /// Bytes of the file.
  let size: Int

  /// Opens it and reads its header. What cannot be opened, or is no snapshot, ends with the status
  /// of wrong usage; a snapshot whose header is damaged with that of a failure.
  init(_ path: String) throws(CommandFailure) {
    let absolute = FilePath(try LocalCluster.absolute(path))
    self.path = path
    name = absolute.lastComponent?.string ?? ""
    files = PosixFileSystem(
      root: absolute.removingLastComponent().string, access: .readOnly)
    do throws(LogFault) {
      let reader = try SnapshotReader(files, path: name)
      descriptor = reader.descriptor
      size = reader.size
    } catch {
      throw Self.failure(error, path)
    }
  }

  /// Checks every byte, those too that only stand in for others.
  func check() throws(LogFault) { try SnapshotReader(files, path: name).verify() }

  /// Reads the state, checks it and every byte of it; hands out the raw chunks as they are read.
  func load(
    _ take: ([UInt8]) throws(LogFault) -> Void = { (_) throws(LogFault) in }
  ) throws(LogFault) -> Store {
    var progress = ProgressBar()
    defer { progress.clear() }
    var reader = try SnapshotReader(files, path: name)
    var decoder = SnapshotDecoder()
    var read: UInt64 = 0
    while let chunk = try reader.next() {
      do throws(SnapshotFault) {
        try decoder.consume(chunk[...])
      } catch {
        throw damaged(SnapshotLoading.Fault.content(error).sentence)
      }
      try take(chunk)
      read += UInt64(chunk.count)
      progress.update(share: nil, "read \(Figures.bytes(read)) of state")
    }
    do throws(SnapshotFault) {
      return try decoder.finish(stateHash: descriptor.stateHash)
    } catch {
      throw damaged(SnapshotLoading.Fault.content(error).sentence)
    }
  }

  private func damaged(_ finding: String) -> LogFault {
    .damaged(
      Damage(path: name, offset: 0, finding: finding, remedy: "take another copy of the snapshot"))
  }

  /// What went wrong with the file at `path`, for people.
  static func failure(_ fault: LogFault, _ path: String) -> CommandFailure {
    switch fault {
    case .damaged(let damage) where damage.finding == "no snapshot begins here":
      CommandFailure("\(path) is no snapshot file", status: .usage)
    case .damaged(let damage):
      CommandFailure(
        "\(path) is damaged at byte \(damage.offset): \(damage.finding); take another copy of it, "
          + "or save a new one")
    case .unsupportedVersion(_, let found, let supported):
      CommandFailure(
        "\(path) has format version \(found), this program knows \(supported): run the version "
          + "that wrote it", status: .usage)
    case .file(.notFound): CommandFailure("\(path) does not exist", status: .usage)
    case .file, .poisoned, .diskFull, .foreign, .alreadyFormatted:
      CommandFailure("\(path): \(fault)", status: .usage)
    }
  }
}
