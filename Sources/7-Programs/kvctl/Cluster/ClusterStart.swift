internal import ClientProtocol
internal import Glibc
internal import KeyValueClient
internal import RaftTypes

/// Starts kvnodes of a local cluster and waits until they serve.
struct ClusterStart {
  /// How long a cluster may take from its start to its first read: recovery of the log and an
  /// election.
  static let patience: Duration = .seconds(60)

  let cluster: LocalCluster
  let kvnode: String
  private(set) var children: [(node: LocalCluster.Node, process: ChildProcess)] = []

  init(_ cluster: LocalCluster, kvnode: String) {
    self.cluster = cluster
    self.kvnode = kvnode
  }

  /// Starts those of `nodes` that do not run yet.
  mutating func start(_ nodes: [LocalCluster.Node]) throws(CommandFailure) {
    for node in nodes where try node.holder() == nil {
      let process = try ChildProcess(
        kvnode, ["--config", node.configuration], log: node.log)
      children.append((node, process))
    }
  }

  /// Until the cluster has a leader and answers a linearizable read through its address.
  func waitUntilServing() async throws(CommandFailure) {
    let vip = cluster.nodes.first?.file.virtualAddress
    let endpoints = vip.map { [$0] } ?? cluster.endpoints
    let client = KeyValueClient(
      ClientConfiguration(endpoints: endpoints, deadline: .seconds(2)))
    try await wait(for: "the cluster to serve at \(endpoints[0])") {
      guard let status = try? await client.status(), status.leader != nil else { return false }
      let count = RangeQuery(range: .all, content: .countOnly)
      return (try? await client.page(count)) != nil
    }
  }

  /// Until `node`, on an empty disk, answers for itself.
  func waitUntilWaiting(_ node: LocalCluster.Node) async throws(CommandFailure) {
    let client = KeyValueClient(
      ClientConfiguration(endpoints: [node.file.client], deadline: .seconds(2)))
    try await wait(for: "node \(node.file.id) to answer at \(node.file.client)") {
      (try? await client.node()) != nil
    }
  }

  /// Until `node` says itself that it follows or leads.
  func waitUntilJoined(_ node: LocalCluster.Node) async throws(CommandFailure) {
    let client = KeyValueClient(
      ClientConfiguration(endpoints: [node.file.client], deadline: .seconds(2)))
    try await wait(for: "node \(node.file.id) to join at \(node.file.client)") {
      guard let status = try? await client.status() else { return false }
      return status.leader != nil
        && status.nodes.contains { $0.id == NodeID(node.file.id) && $0.reachable }
    }
  }

  private func wait(
    for goal: String, _ isReached: () async -> Bool
  ) async throws(CommandFailure) {
    let end = ContinuousClock.now + Self.patience
    while await !isReached() {
      for (node, process) in children {
        guard let ending = process.ending() else { continue }
        throw CommandFailure(
          "node \(node.file.id) ended with \(ending): \(Self.lastLine(of: node.log)) (\(node.log))")
      }
      guard !Interruption.isRequested else { throw CommandFailure("interrupted") }
      guard ContinuousClock.now < end else {
        throw CommandFailure(
          "waited \(Figures.seconds(Self.patience / .seconds(1))) for \(goal) in vain: see "
            + "\(cluster.directory)/n*/kvnode.log", status: .unavailable)
      }
      try? await Task.sleep(for: .milliseconds(50))
    }
  }

  private static func lastLine(of log: String) -> String {
    guard let text = try? InputFile(log).readAll(limit: 64 << 20) else { return "no output" }
    let line = text.split(separator: UInt8(ascii: "\n")).last.map { Array($0.suffix(500)) } ?? []
    return String(decoding: line, as: UTF8.self)
  }
}
