internal import ClientProtocol
internal import KeyValueClient
internal import RaftTypes

/// A new member's way in: it is asked who it is, then the cluster is asked to take it.
struct Admission {
  let node: NodeID
  let addresses: MemberAddresses
  let aim: MemberAim

  func run(
    _ connection: ConnectionOptions, _ waiting: WaitingOptions, _ format: OutputFormat
  ) async throws {
    let found = try await ask(within: connection.timeout.duration)
    let client = try connection.client()
    if let refusal = Self.refusal(found, wanted: node, in: try await client.status().cluster) {
      throw CommandFailure(refusal)
    }
    try await client.addMember(
      found, peerAddress: addresses.peer, clientAddress: addresses.client, as: aim)
    try await waiting.arrive(node, as: aim == .learner ? .learner : .voter, client, format)
  }

  private func ask(within timeout: Duration) async throws(CommandFailure) -> NodeAnswer {
    guard let endpoint = Endpoint(addresses.client), Endpoint(addresses.peer) != nil else {
      throw CommandFailure("--peer and --client must be host:port", status: .usage)
    }
    do throws(ClientError) {
      return try await KeyValueClient(ClientConfiguration(endpoints: [endpoint], deadline: timeout))
        .node()
    } catch {
      throw CommandFailure(
        "no node answers at \(endpoint): start kvnode there first, on an empty directory, with "
          + "node.id \(node.number) (\(error.message))", status: .unavailable)
    }
  }

  /// Why the node that was found cannot become this member; nil when it can.
  static func refusal(_ found: NodeAnswer, wanted: NodeID, in cluster: ClusterID) -> String? {
    guard found.id == wanted else {
      return "node \(found.id.number) answers there, not \(wanted.number): check the address"
    }
    guard let own = found.cluster, own != cluster else { return nil }
    return own.number == cluster.number
      ? "node \(wanted.number) holds data of epoch \(own.epoch) of this cluster, from before a "
        + "recovery: stop it, delete its data, start it again"
      : "node \(wanted.number) holds data of another cluster (\(own)): nothing was changed"
  }
}
