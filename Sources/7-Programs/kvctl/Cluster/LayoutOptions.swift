internal import ArgumentParser
internal import KeyValueClient

/// How a new cluster is laid out.
struct LayoutOptions: ParsableArguments {
  @Option(help: "Nodes; default 3.")
  var nodes: Int?
  @Option(
    help: ArgumentHelp("Client port of the first node; the next ones follow.", valueName: "port"))
  var clientBase: UInt16 = 7381
  @Option(
    help: ArgumentHelp("Peer port of the first node; the next ones follow.", valueName: "port"))
  var peerBase: UInt16 = 7391
  @Option(help: "Address of all nodes.")
  var host = "127.0.0.1"
  @Option(
    help: ArgumentHelp(
      "The virtual address, in loopback mode; none for none.", valueName: "host:port"))
  var vip = "127.0.0.100:7379"

  func validate() throws {
    let count = nodes ?? 3
    guard (1...Limits.localNodes).contains(count) else {
      throw ValidationError("--nodes must lie between 1 and \(Limits.localNodes).")
    }
    let room = UInt16.max - UInt16(count)
    guard clientBase > 0, peerBase > 0, clientBase <= room, peerBase <= room else {
      throw ValidationError("--client-base and --peer-base must be ports with room for all nodes.")
    }
    let distance = max(clientBase, peerBase) - min(clientBase, peerBase)
    guard distance >= count else {
      throw ValidationError("--client-base and --peer-base overlap: keep them \(count) apart.")
    }
    guard vip == "none" || Endpoint(vip) != nil else {
      throw ValidationError("--vip must be host:port, or none.")
    }
  }

  /// The files of a new cluster in `directory`, an absolute path.
  func files(in directory: String) -> [NodeFile] {
    (1...UInt16(nodes ?? 3)).map { number in
      NodeFile(
        id: UInt64(number), data: "\(directory)/n\(number)",
        client: Endpoint(host: host, port: clientBase + number - 1),
        peer: Endpoint(host: host, port: peerBase + number - 1),
        virtualAddress: vip == "none" ? nil : Endpoint(vip))
    }
  }
}
