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
    try ClusterFormat.write(
      ids.map { id in
        let client = network.clientAddress(id)
        return (
          id, "\(folder)/n\(id.number)", network.peerAddress(id).dialed,
          "\(client.host):\(client.port)"
        )
      })
  }

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
    var words = network.wrapper(id)
    words += [
      programs.kvnode, "--node-id", "\(id.number)", "--node-data", data(id),
      "--listen-client", endpoint(id).description, "--listen-peer", network.peerAddress(id).listens,
      "--profile", "lan",
    ]
    if let virtualAddress { words += ["--vip-address", virtualAddress.description] }
    let variables = fakesClock ? FakeClock.variables(clockFile(id)) : []
    let process = try ChildProcess(
      words, log: log(id), group: janitor.group, variables: variables)
    state.withLock { state in
      state.processes[id] = process
      state.ended.remove(id)
    }
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
    for _ in 0..<1000 where process.ended() == nil {
      try? await Task.sleep(for: .milliseconds(10))
    }
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
