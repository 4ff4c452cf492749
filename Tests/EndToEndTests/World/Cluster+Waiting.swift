import ClientProtocol
import KeyValueClient
import RaftTypes
import Testing

extension Cluster {
  /// Until a linearizable read is answered; returns the status then.
  @discardableResult
  func serves() async throws -> ClusterStatus {
    try await eventually("the cluster serves") {
      guard (try? await client.page(RangeQuery(range: .all, content: .countOnly))) != nil,
        let status = try? await client.status(), status.leader != nil
      else { return nil }
      return status
    }
  }

  /// The node that leads now.
  func leader() async throws -> Int {
    let leader = try await eventually("there is a leader") { try await serves().leader }
    return Int(leader.number)
  }

  /// What the node says of itself; nil when it does not answer.
  func status(_ id: Int) async -> NodeStatus? {
    let status = try? await client(at: endpoint(id), deadline: .seconds(2)).status()
    return status?.nodes.first { $0.id == NodeID(UInt64(id)) }
  }

  /// Until all of `ids` have applied the same entries; then their states must be the same.
  func converges(_ ids: [Int]? = nil, _ location: SourceLocation = #_sourceLocation) async throws {
    let wanted = ids ?? Array(self.ids)
    let states = try await eventually("nodes \(wanted) have applied the same entries") {
      var states: [NodeStatus] = []
      for id in wanted {
        guard let state = await status(id) else { return nil as [NodeStatus]? }
        states.append(state)
      }
      let isSame = Set(states.map(\.appliedIndex)).count == 1
      return isSame && states[0].appliedIndex == states[0].commitIndex ? states : nil
    }
    #expect(
      Set(states.map(\.stateHash)).count == 1, "equal entries, different states: \(states)",
      sourceLocation: location)
  }

  /// Everything under `prefix`, in one consistent view.
  func everything(_ prefix: String) async throws -> [String: String] {
    var found: [String: String] = [:]
    for try await item in client.range(RangeQuery(range: .prefix(Array(prefix.utf8)[...]))) {
      found[String(decoding: item.key, as: UTF8.self)] = String(decoding: item.value, as: UTF8.self)
    }
    return found
  }
}
