internal import BinaryCodec
internal import Glibc
internal import KeyValueClient
internal import PosixStorage
internal import SystemPackage
internal import WriteAheadLog

/// The nodes of a cluster whose data directories lie side by side: DIR/n1, DIR/n2, …
struct LocalCluster {
  struct Node {
    /// DIR/nK.
    let directory: String
    let file: NodeFile

    var configuration: String { directory + "/" + NodeFile.name }
    var log: String { directory + "/kvnode.log" }

    /// The process that runs on the directory.
    func holder() throws(CommandFailure) -> pid_t? { try LocalCluster.holder(of: directory) }
  }

  /// Absolute.
  let directory: String
  /// Ascending by id.
  let nodes: [Node]

  /// Reads what `cluster init` wrote; no nodes when there is nothing.
  init(directory: String) throws(CommandFailure) {
    self.directory = try Self.absolute(directory)
    var nodes: [Node] = []
    for path in try Self.nodeDirectories(self.directory) {
      guard let file = try Self.nodeFile(path) else { continue }
      nodes.append(Node(directory: path, file: file))
    }
    self.nodes = nodes.sorted { $0.file.id < $1.file.id }
  }

  func node(_ id: UInt64) throws(CommandFailure) -> Node {
    guard let node = nodes.first(where: { $0.file.id == id }) else {
      let known = nodes.map { "\($0.file.id)" }.joined(separator: ", ")
      throw CommandFailure(
        "\(directory) has no node \(id), only \(known); --empty starts one on an empty directory",
        status: .usage)
    }
    return node
  }

  /// The virtual address and then the nodes: what a client of this cluster connects to.
  var endpoints: [Endpoint] {
    (nodes.first?.file.virtualAddress.map { [$0] } ?? []) + nodes.map(\.file.client)
  }

  static func holder(of directory: String) throws(CommandFailure) -> pid_t? {
    do throws(LockFault) {
      return try DirectoryLock.holder(of: directory)
    } catch {
      throw CommandFailure("cannot look at the lock of \(directory): \(error)")
    }
  }

  /// Every DIR/n<number>, whatever is in it; none when DIR does not exist.
  static func nodeDirectories(_ directory: String) throws(CommandFailure) -> [String] {
    try names(in: directory).filter { name in
      name.first == "n" && UInt64(name.dropFirst()) != nil
    }
    .map { directory + "/" + $0 }.sorted()
  }

  /// The names in a directory; empty when there is none.
  static func names(in directory: String) throws(CommandFailure) -> [String] {
    do throws(FileFault) {
      return try PosixFileSystem(root: directory, access: .readOnly).list("")
    } catch {
      if case .notFound = error { return [] }
      throw CommandFailure("cannot read \(directory): \(error)")
    }
  }

  static func absolute(_ path: String) throws(CommandFailure) -> String {
    let given = FilePath(path)
    guard !given.isAbsolute else { return given.lexicallyNormalized().string }
    guard let working = getcwd(nil, 0) else {
      throw CommandFailure("the working directory is gone: name an absolute path")
    }
    defer { free(working) }
    return FilePath(String(cString: working)).pushing(given).lexicallyNormalized().string
  }

  private static func nodeFile(_ directory: String) throws(CommandFailure) -> NodeFile? {
    let path = directory + "/" + NodeFile.name
    guard access(path, F_OK) == 0 else { return nil }
    let text = String(decoding: try InputFile(path).readAll(limit: 64 << 10), as: UTF8.self)
    guard let file = NodeFile(text: text) else {
      throw CommandFailure(
        "\(path) lacks node.id, node.data, listen.client or listen.peer: write it as cluster init "
          + "does"
      )
    }
    return file
  }
}
