internal import ClientProtocol
internal import Glibc
package import KeyValueClient
package import RaftTypes
internal import Synchronization

/// The processes of one cluster.
package final class LiveNodes: Sendable {
  private struct State {
    var processes: [NodeID: ChildProcess] = [:]
    /// Those that the nemesis has ended, or is about to.
    var ended: Set<NodeID> = []
  }

  package let ids: [NodeID]
  package let network: any LiveNetwork
  package let virtualAddress: Endpoint?
  private let folder: String
  private let programs: Programs
  private let janitor: Janitor
  private let fakesClock: Bool
  private let state = Mutex(State())

  /// Writes the disks below `folder`; starts nothing.
  package init(
    _ ids: [NodeID], on network: any LiveNetwork, in folder: String, _ programs: Programs,
    virtualAddress: Endpoint?, fakesClock: Bool = false
  ) throws(LiveFailure) {
    self.ids = ids
    self.network = network
    self.folder = folder
    self.programs = programs
    self.virtualAddress = virtualAddress
    self.fakesClock = fakesClock
    try Folder.make(folder)
    janitor = try Janitor(log: folder + "/janitor.log")
    try ClusterFormat.write(ids.map { Self.place($0, network, folder) })
  }

  private static func place(
    _ id: NodeID, _ network: any LiveNetwork, _ folder: String
  ) -> ClusterFormat.Place {
    let client = network.clientAddress(id)
    return ClusterFormat.Place(
      id: id, data: "\(folder)/n\(id.number)", peer: network.peerAddress(id).dialed,
      client: "\(client.host):\(client.port)")
  }

  /// What the others believe to be the node's addresses.
  func addresses(_ id: NodeID) -> (peer: String, client: String) {
    let place = Self.place(id, network, folder)
    return (place.peer, place.client)
  }

  /// Empties the disk of a node that is down: it starts as one that waits to be taken in.
  package func wipe(_ id: NodeID) { Folder.empty(data(id)) }

  package func data(_ id: NodeID) -> String { "\(folder)/n\(id.number)" }
  package func log(_ id: NodeID) -> String { "\(folder)/n\(id.number).log" }
  /// Where libfaketime reads the offset of the node's clock.
  package func clockFile(_ id: NodeID) -> String { "\(folder)/n\(id.number).clock" }

  package func endpoint(_ id: NodeID) -> Endpoint {
    let (host, port) = network.clientAddress(id)
    return Endpoint(host: host, port: port)
  }

  /// Starts the node's process, unless it runs.
  package func start(_ id: NodeID) throws(LiveFailure) {
    if let process = process(id), process.ended() == nil { return }
    let file = "\(folder)/n\(id.number).yaml"
    try TextFile.write(configuration(id), to: file)
    // libfaketime changes the environment in the first process that loads it, where Swift then
    // finds no arguments: so env(1) is the first, and becomes kvnode.
    let first = fakesClock ? ["env"] : []
    let words = network.wrapper(id) + first + [programs.kvnode, "--config", file]
    let variables = fakesClock ? FakeClock.variables(clockFile(id)) : []
    let process = try ChildProcess(
      words, log: log(id), group: janitor.group, variables: variables)
    state.withLock { state in
      state.processes[id] = process
      state.ended.remove(id)
    }
  }

  private func configuration(_ id: NodeID) -> String {
    """
    node:
      id: \(id.number)
      data: "\(data(id))"
    listen:
      client: "\(endpoint(id))"
      peer: "\(network.peerAddress(id).listens)"
    profile: lan

    """ + (virtualAddress.map { "vip:\n  address: \"\($0)\"\n  mode: loopback\n" } ?? "")
  }

  package func process(_ id: NodeID) -> ChildProcess? { state.withLock { $0.processes[id] } }

  /// kill -9; says whether the process lived until then.
  package func kill(_ id: NodeID) -> Bool {
    state.withLock { _ = $0.ended.insert(id) }
    guard let process = process(id), process.ended() == nil else { return false }
    process.end()
    return process.ended() == .signal(SIGKILL)
  }

  /// SIGTERM, and kill -9 when it has not ended within 10 s; says how it ended.
  package func stop(_ id: NodeID) async -> ChildProcess.Ending? {
    state.withLock { _ = $0.ended.insert(id) }
    guard let process = process(id), process.ended() == nil else { return nil }
    process.signal(SIGTERM)
    _ = await process.ended(within: .seconds(10))
    process.end()
    return process.ended()
  }

  /// Nodes whose process is over without the nemesis's doing, and how each ended.
  package var dead: [(id: NodeID, ending: ChildProcess.Ending)] {
    let (processes, ended) = state.withLock { ($0.processes, $0.ended) }
    return ids.compactMap { id in
      guard !ended.contains(id), let ending = processes[id]?.ended() else { return nil }
      return (id, ending)
    }
  }

  /// Ends all of them.
  package func endAll() {
    for process in state.withLock({ Array($0.processes.values) }) { process.end() }
  }
}
