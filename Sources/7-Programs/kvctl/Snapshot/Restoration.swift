internal import BinaryCodec
internal import KeyValueClient
internal import PosixStorage
internal import RaftTypes
internal import WriteAheadLog

/// Writes data directories whose state is a snapshot.
struct Restoration {
  let source: SnapshotSource
  let plan: RestorePlan

  /// Makes `directory` the one of `node`. Throws, having changed nothing, when it holds anything.
  func make(_ directory: String, node: UInt64) throws(CommandFailure) {
    guard plan.disk(of: node) != nil else {
      throw CommandFailure("--node \(node) is not among --members", status: .usage)
    }
    let files = PosixFileSystem(root: directory)
    let lock: DirectoryLock
    do {
      try files.makeRoot()
      lock = try DirectoryLock(directory: directory)
    } catch {
      throw CommandFailure("cannot take \(directory): \(error); nothing was changed")
    }
    defer { withExtendedLifetime(lock) {} }
    try format(files, node)
  }

  /// Makes DIR/n<id> for every member, and their configurations, all or none.
  func makeAll(
    in directory: String, _ list: MemberList, virtualAddress: Endpoint?
  ) throws(CommandFailure) {
    let absolute = try LocalCluster.absolute(directory)
    let nodes = list.members.map { member in
      NodeFile(
        id: member.id, data: "\(absolute)/n\(member.id)", client: member.client,
        peer: member.peer, virtualAddress: virtualAddress)
    }
    try ClusterCreation(directory: absolute, nodes: nodes).run {
      (file, files) throws(CommandFailure) in try format(files, file.id)
    }
  }

  private func format(_ files: PosixFileSystem, _ node: UInt64) throws(CommandFailure) {
    guard let identity = plan.disk(of: node) else {
      preconditionFailure("Restoration: node \(node) is not among the members")
    }
    do throws(LogFault) {
      try WriteAheadLog.format(files, identity, from: plan.descriptor) {
        writer throws(LogFault) in
        _ = try source.load { (chunk) throws(LogFault) in try writer.append(chunk[...]) }
      }
    } catch {
      switch error {
      case .alreadyFormatted(let found):
        throw CommandFailure(
          "\(files.root) is not empty (\(found.joined(separator: ", "))): a snapshot is restored "
            + "into a new directory; nothing was changed")
      case .damaged: throw SnapshotSource.failure(error, source.path)
      case .poisoned, .diskFull, .unsupportedVersion, .foreign, .file:
        throw CommandFailure("cannot make \(files.root): \(error); repeat the command")
      }
    }
  }
}
