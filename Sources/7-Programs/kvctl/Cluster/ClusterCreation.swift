internal import EntryFormat
internal import Glibc
internal import KeyValueClient
internal import PosixStorage
internal import RaftTypes
internal import SystemPackage
internal import WriteAheadLog

/// Creates a cluster: once, and only where nothing was.
///
/// All disks are formatted in DIR.new, which then gets DIR's name: an interrupted creation leaves
/// nothing that could be taken for a cluster. A directory that lost its disks must never become a
/// new, empty cluster under the old addresses (pitfall 69), so any data in DIR is refused, and
/// nothing overrides that.
struct ClusterCreation {
  let directory: String
  let nodes: [NodeFile]

  /// What DIR holds now.
  enum Ground: Equatable {
    case free
    /// These nodes have data, those have none.
    case occupied(full: [String], empty: [String])
    /// Files that kvctl did not make.
    case foreign([String])
  }

  /// Throws, having touched nothing, unless DIR is free.
  func run() throws(CommandFailure) {
    let (cluster, members, genesis) = birth()
    try run { (file, files) throws(CommandFailure) in
      guard let member = members.first(where: { $0.id.number == file.id }) else {
        preconditionFailure("ClusterCreation: node \(file.id) is no member")
      }
      let identity = DiskIdentity(
        cluster: cluster, node: member.id, incarnation: member.incarnation)
      do throws(LogFault) {
        try WriteAheadLog.format(files, identity, genesis: genesis)
      } catch {
        throw CommandFailure("cannot format \(files.root): \(error)")
      }
    }
  }

  /// The same, for directories that `format` fills.
  func run(
    _ format: (NodeFile, PosixFileSystem) throws(CommandFailure) -> Void
  ) throws(CommandFailure) {
    switch try Self.survey(directory) {
    case .free: break
    case .occupied(let full, let empty): throw refusal(full: full, empty: empty)
    case .foreign(let names):
      throw CommandFailure(
        "\(directory) holds other files (\(names.joined(separator: ", "))): name an empty directory"
      )
    }
    let stage = directory + ".new"
    try DirectoryRemoval.remove(stage)
    try make(in: stage, format)
    for path in try LocalCluster.nodeDirectories(directory) { rmdir(path) }
    guard rename(stage, directory) == 0 else {
      throw CommandFailure("cannot rename \(stage) to \(directory): \(Errno(rawValue: errno))")
    }
    try Self.sync(parentOf: directory)
  }

  /// A node directory counts as empty only when nothing but a lock file is in it.
  static func survey(_ directory: String) throws(CommandFailure) -> Ground {
    let paths = try LocalCluster.nodeDirectories(directory)
    var full: [String] = []
    var empty: [String] = []
    for path in paths {
      let isEmpty = try LocalCluster.names(in: path).allSatisfy { $0 == "lock" }
      let name = FilePath(path).lastComponent?.string ?? path
      if isEmpty { empty.append(name) } else { full.append(name) }
    }
    guard full.isEmpty else { return .occupied(full: full, empty: empty) }
    let known = paths.compactMap { FilePath($0).lastComponent?.string }
    let foreign = try LocalCluster.names(in: directory).filter { !known.contains($0) }
    return foreign.isEmpty ? .free : .foreign(foreign.sorted())
  }

  private func refusal(full: [String], empty: [String]) -> CommandFailure {
    let missing =
      empty + nodes.map { "n\($0.id)" }.filter { !full.contains($0) && !empty.contains($0) }
    let holders = full.joined(separator: ", ")
    guard !missing.isEmpty else {
      return CommandFailure(
        "\(directory) holds a cluster already (\(holders)): start it with kvctl cluster up --data "
          + "\(directory); nothing was changed")
    }
    return CommandFailure(
      "\(directory): \(holders) hold data, \(missing.joined(separator: ", ")) none: creating a "
        + "cluster here would forget what was acknowledged; restore the missing directories from "
        + "a copy, or move \(directory) away to start anew; nothing was changed")
  }

  private func make(
    in stage: String, _ format: (NodeFile, PosixFileSystem) throws(CommandFailure) -> Void
  ) throws(CommandFailure) {
    for node in nodes {
      let path = "\(stage)/n\(node.id)"
      let files = PosixFileSystem(root: path)
      do throws(FileFault) {
        try files.makeRoot()
      } catch {
        throw CommandFailure("cannot make \(path): \(error)")
      }
      try format(node, files)
      try Self.write(node.text, to: "\(path)/\(NodeFile.name)")
    }
  }

  private func birth() -> (ClusterID, [Member], Entry) {
    var chance = SystemRandomNumberGenerator()
    let cluster = ClusterID(chance.next(), epoch: 1)
    let members = nodes.map { node in
      Member(
        id: NodeID(node.id), incarnation: DiskIncarnation(chance.next()),
        peerAddress: node.peer.description, clientAddress: node.client.description)
    }
    let genesis = Entry(
      position: LogPosition(term: .zero, index: LogIndex(1)),
      logTime: LogTime(milliseconds: Self.wallClock()),
      payload: .genesis(cluster, Membership(voters: members)))
    return (cluster, members, genesis)
  }

  private static func wallClock() -> UInt64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return UInt64(clamping: now.tv_sec) * 1000 + UInt64(clamping: now.tv_nsec / 1_000_000)
  }

  static func write(_ text: String, to path: String) throws(CommandFailure) {
    do {
      let file = try FileDescriptor.open(
        FilePath(path), .writeOnly, options: [.create, .truncate, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
      try file.closeAfter {
        try file.writeAll(text.utf8)
        guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
      }
    } catch {
      throw CommandFailure("cannot write \(path): \(error)")
    }
  }

  private static func sync(parentOf directory: String) throws(CommandFailure) {
    let parent = FilePath(directory).removingLastComponent().string
    do throws(FileFault) {
      try PosixFileSystem(root: parent).syncDirectory("")
    } catch {
      throw CommandFailure("cannot sync \(parent): \(error)")
    }
  }
}
