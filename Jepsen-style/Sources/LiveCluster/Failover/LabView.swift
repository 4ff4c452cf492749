internal import ClientProtocol
internal import KeyValueClient
internal import RaftTypes

/// The nodes of a lab as they describe themselves; asked from the client's host.
final class LabView: Sendable {
  /// What must agree before a round begins or ends.
  struct Agreement: Equatable, Sendable {
    let leader: Int
    let term: UInt64
  }

  private let lab: Lab
  private let doors: [Int: KeyValueClient]

  init(_ lab: Lab) {
    self.lab = lab
    var doors: [Int: KeyValueClient] = [:]
    for host in lab.plan.hosts {
      doors[host] = KeyValueClient(
        ClientConfiguration(endpoints: [LabPlan.node(host)], deadline: .seconds(1)))
    }
    self.doors = doors
  }

  func close() { for door in doors.values { door.close() } }

  /// The cluster as a host sees it; nil when it does not answer in time.
  func status(_ host: Int) async -> ClusterStatus? { try? await doors[host]?.status() }

  /// Who leads and holds the address, as the newest term among these hosts has it.
  func holder(asking hosts: [Int]) async -> Agreement? {
    var best: Agreement?
    for host in hosts {
      guard let status = await status(host), let leader = status.leader,
        !lab.plan.hasAddress || status.vip?.holder == leader
      else { continue }
      let found = Agreement(leader: Int(leader.number), term: status.term.number)
      if found.term > best?.term ?? 0 { best = found }
    }
    return best
  }

  /// Whether all nodes are equal: each is there, in one term under one leader, and has applied
  /// what any had committed when it was asked first. Writes may go on meanwhile.
  func agreement() async -> Agreement? {
    var target: UInt64 = 0
    for host in lab.plan.hosts {
      guard let node = await own(host)?.node else { return nil }
      target = max(target, node.commitIndex.number)
    }
    var found: Agreement?
    for host in lab.plan.hosts {
      guard let (status, node) = await own(host), node.appliedIndex.number >= target,
        let leader = status.leader, !lab.plan.hasAddress || status.vip?.holder == leader
      else { return nil }
      let said = Agreement(leader: Int(leader.number), term: node.term.number)
      guard found == nil || found == said else { return nil }
      found = said
    }
    return found
  }

  /// Until they are equal; nil when they are not within 20 s.
  func settled() async -> Agreement? {
    let deadline = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < deadline {
      if let found = await agreement() { return found }
      try? await Task.sleep(for: .milliseconds(20))
    }
    return nil
  }

  func transfer(from host: Int) async throws {
    _ = try await doors[host]?.transferLeadership(to: nil)
  }

  private func own(_ host: Int) async -> (status: ClusterStatus, node: NodeStatus)? {
    guard let status = await status(host),
      let node = status.nodes.first(where: { $0.id == NodeID(UInt64(host)) && $0.reachable })
    else { return nil }
    return (status, node)
  }
}
