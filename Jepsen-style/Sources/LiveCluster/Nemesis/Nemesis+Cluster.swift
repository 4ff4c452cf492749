internal import ClientProtocol
internal import Determinism
internal import Faults
internal import KeyValueClient
internal import RaftTypes

extension Nemesis {
  /// An operator moves leadership to some node.
  func transfer(_ dice: inout Dice) async -> RunningFault? {
    let before = await leader()
    let others = nodes.ids.filter { $0 != before }
    let target = others.pick(&dice)
    let outcome: Injection
    do {
      let leader = try await client.transferLeadership(to: target)
      outcome = .injected("\(leader) leads after \(before.map(\.description) ?? "nobody")")
    } catch {
      outcome = .notInjected("\(error.code.rawValue): \(error.message)")
    }
    let result = outcome
    return RunningFault(what: "transfer to \(target)", hold: .milliseconds(500)) {
      () async throws(LiveFailure) in result
    }
  }

  /// An operator removes a voter, and adds the same machine again with an empty disk; or only
  /// demotes it and promotes it again.
  func changeMembers(_ dice: inout Dice) async throws(LiveFailure) -> RunningFault? {
    guard let node = victimOfDamage(&dice) else { return nil }
    let isRemoval = dice.chance(2, in: 3)
    let hold = Duration.milliseconds(300 + dice.below(2000))
    let reached = await attain(node, within: 15) {
      if isRemoval {
        _ = try? await self.client.removeMember(node)
      } else {
        _ = try? await self.client.demoteMember(node)
      }
    } until: { standing in
      standing == (isRemoval ? .stranger : .learner)
    }
    return RunningFault(what: "\(isRemoval ? "remove" : "demote") \(node)", hold: hold) {
      () async throws(LiveFailure) in
      if isRemoval {
        _ = self.nodes.kill(node)
        self.nodes.wipe(node)
        try self.nodes.start(node)
      }
      let returned = await self.attain(node, within: 40) {
        if isRemoval {
          await self.add(node)
        } else {
          _ = try? await self.client.promoteMember(node)
        }
      } until: {
        $0 == .voter
      }
      let way = isRemoval ? "left" : "was a learner"
      let evidence = "\(node) \(way), and is \(returned ? "" : "not ")a voter again"
      return try await self.revive(node, reached ? evidence : nil, mayWipe: false)
    }
  }

  private func add(_ node: NodeID) async {
    let door = KeyValueClient(
      ClientConfiguration(endpoints: [nodes.endpoint(node)], deadline: .seconds(1)))
    defer { door.close() }
    guard let answer = try? await door.node(), answer.cluster == nil else { return }
    let (peer, address) = nodes.addresses(node)
    _ = try? await client.addMember(answer, peerAddress: peer, clientAddress: address)
  }

  /// Repeats `change` until the leader says that `node` stands as wanted, in a configuration that
  /// is chosen; false when the seconds are over. Faults beside this one make some calls fail.
  private func attain(
    _ node: NodeID, within seconds: UInt64, _ change: () async -> Void,
    until isReached: (Standing) -> Bool
  ) async -> Bool {
    let end = watch.now + seconds * 1_000_000_000
    while watch.now < end {
      if let view = try? await client.members(), view.leader != nil, view.isCommitted,
        !view.isJoint
      {
        let standing = view[node]?.standing ?? .stranger
        if isReached(standing) { return true }
        if standing != .joining { await change() }
      }
      try? await Task.sleep(for: .milliseconds(100))
    }
    return false
  }
}
