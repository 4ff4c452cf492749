internal import ClientProtocol
internal import KeyValueClient
internal import RaftTypes

/// The cluster as put together from the answers of several endpoints.
struct ClusterView: Equatable {
  /// What one endpoint said.
  struct Answer: Equatable, Sendable {
    let endpoint: Endpoint
    let status: ClusterStatus
    let document: [UInt8]
  }

  let status: ClusterStatus
  /// The document of the node that is believed, as it came.
  let document: [UInt8]

  /// The answer of the newest term that knows a leader is believed; nodes that it could not reach,
  /// but we could, stand in for themselves. Nil when nobody answered.
  ///
  /// - Parameter answers: in the order of the endpoints, which decides between equals.
  init?(_ answers: [Answer]) {
    guard let best = answers.indices.max(by: { Self.rank(answers, $0) < Self.rank(answers, $1) })
    else { return nil }
    var merged = answers[best].status
    for place in merged.nodes.indices where !merged.nodes[place].reachable {
      let node = merged.nodes[place]
      var own = answers.lazy.filter { $0.endpoint.description == node.clientAddress }
        .compactMap { $0.status.nodes.first { $0.id == node.id && $0.reachable } }.first
      // What it is to the cluster is the leader's to say.
      own?.standing = node.standing
      if let own { merged.nodes[place] = own }
    }
    status = merged
    document = answers[best].document
  }

  private static func rank(_ answers: [Answer], _ place: Int) -> (Int, UInt64, Int) {
    let status = answers[place].status
    return (status.leader == nil ? 0 : 1, status.term.number, -place)
  }
}

extension ClusterView {
  /// Asks every endpoint at once, each within `timeout`.
  static func gather(
    _ endpoints: [Endpoint], timeout: Duration
  ) async throws(CommandFailure) -> ClusterView {
    let answers = await withTaskGroup(of: (Int, Answer?).self) { group in
      for (place, endpoint) in endpoints.enumerated() {
        group.addTask {
          let client = KeyValueClient(
            ClientConfiguration(endpoints: [endpoint], deadline: timeout, replyTimeout: timeout))
          guard let (status, document) = try? await client.statusDocument() else {
            return (place, nil)
          }
          return (place, Answer(endpoint: endpoint, status: status, document: document))
        }
      }
      var found: [(Int, Answer)] = []
      for await (place, answer) in group {
        if let answer { found.append((place, answer)) }
      }
      return found.sorted { $0.0 < $1.0 }.map(\.1)
    }
    guard let view = ClusterView(answers) else {
      let asked = endpoints.map(\.description).joined(separator: ", ")
      throw CommandFailure(
        "no node answers at \(asked): start the cluster (kvctl cluster up) or name --endpoints",
        status: .unavailable)
    }
    return view
  }
}
