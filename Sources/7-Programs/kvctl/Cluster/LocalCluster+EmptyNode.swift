internal import Glibc
internal import KeyValueClient

extension LocalCluster {
  /// Makes a directory without data for node `id`: a new one's, or that of a member whose disk was
  /// lost. Its addresses follow from the others', whose ports lie side by side.
  func emptyNode(_ id: UInt64) throws(CommandFailure) -> Node {
    let path = "\(directory)/n\(id)"
    let known = [NodeFile.name, "kvnode.log", "lock"]
    guard try Self.names(in: path).allSatisfy(known.contains) else {
      throw CommandFailure("\(path) holds data: leave --empty out, or move it away")
    }
    guard let file = Self.file(id, in: directory, like: nodes.map(\.file)) else {
      throw CommandFailure(
        "the addresses of node \(id) do not follow from those of \(directory): write "
          + "\(path)/\(NodeFile.name) as the others are written", status: .usage)
    }
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
      throw CommandFailure("cannot make \(path): \(String(cString: strerror(errno)))")
    }
    try ClusterCreation.write(file.text, to: "\(path)/\(NodeFile.name)")
    return Node(directory: path, file: file)
  }

  /// Nil when the files are none, or are not laid out as `cluster init` does.
  static func file(_ id: UInt64, in directory: String, like files: [NodeFile]) -> NodeFile? {
    guard (1...UInt64(Limits.localNodes)).contains(id), let first = files.first else { return nil }
    func place(_ own: (NodeFile) -> Endpoint) -> Endpoint? {
      let base = Int(own(first).port) - Int(clamping: first.id)
      let isEven = files.allSatisfy {
        Int(own($0).port) - Int(clamping: $0.id) == base && own($0).host == own(first).host
      }
      guard isEven, let port = UInt16(exactly: base + Int(id)), port > 0 else { return nil }
      return Endpoint(host: own(first).host, port: port)
    }
    guard let client = place(\.client), let peer = place(\.peer) else { return nil }
    return NodeFile(
      id: id, data: "\(directory)/n\(id)", client: client, peer: peer,
      virtualAddress: first.virtualAddress)
  }
}
