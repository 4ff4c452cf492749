internal import ClientProtocol
internal import KeyValueClient
internal import RaftTypes

/// What the nodes say of themselves.
struct Attendance: Sendable {
  private let nodes: LiveNodes
  private let client: KeyValueClient

  init(_ nodes: LiveNodes, _ client: KeyValueClient) {
    self.nodes = nodes
    self.client = client
  }

  /// Until a linearizable read is answered.
  func serves() async throws {
    for _ in 0..<600 {
      let count = RangeQuery(range: .all, content: .countOnly)
      if (try? await client.page(count)) != nil { return }
      if let (id, ending) = nodes.dead.first {
        throw LiveFailure(
          "\(id) ended with \(ending) at its start: \(TextFile.read(nodes.log(id)).suffix(500))")
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw LiveFailure("the cluster did not serve within 30 s of its start")
  }

  /// What the node says of itself; nil when it does not answer.
  func status(_ id: NodeID) async -> NodeStatus? {
    let door = KeyValueClient(
      ClientConfiguration(endpoints: [nodes.endpoint(id)], deadline: .seconds(1)))
    defer { door.close() }
    return (try? await door.status())?.nodes.first { $0.id == id }
  }

  /// Until all have applied the same entries; then, or after 20 s, what is wrong with them.
  func disagreements() async -> [String] {
    var states: [NodeStatus] = []
    for _ in 0..<200 {
      states = []
      for id in nodes.ids {
        if let state = await status(id) { states.append(state) }
      }
      let isSame =
        states.count == nodes.ids.count && Set(states.map(\.appliedIndex)).count == 1
        && states.allSatisfy { $0.appliedIndex == $0.commitIndex }
      if isSame {
        guard Set(states.map(\.stateHash)).count > 1 else { return [] }
        return ["equal entries, different states: " + Self.words(states)]
      }
      try? await Task.sleep(for: .milliseconds(100))
    }
    let silent = nodes.ids.filter { id in !states.contains { $0.id == id } }
    return [
      "not in step 20 s after the run: " + Self.words(states)
        + (silent.isEmpty ? "" : "; silent: \(silent.words)")
    ]
  }

  /// Who does not answer, or has not applied what the others have committed.
  func laggards() async -> [String] {
    var states: [NodeStatus] = []
    for id in nodes.ids {
      guard let state = await status(id) else { return ["\(id) does not answer"] }
      states.append(state)
    }
    let committed = states.map(\.commitIndex).max()
    return states.filter { $0.appliedIndex != committed }.map { "\($0.id) lags" }
  }

  private static func words(_ states: [NodeStatus]) -> String {
    states.map {
      "\($0.id) at \($0.appliedIndex.number) of \($0.commitIndex.number), "
        + "state \(String($0.stateHash, radix: 16))"
    }.joined(separator: "; ")
  }
}
