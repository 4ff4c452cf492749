internal import ClientProtocol
internal import Determinism
internal import Faults
internal import RaftTypes

extension Nemesis {
  /// No space on the disk of one node.
  func fillDisk(_ dice: inout Dice) throws(LiveFailure) -> RunningFault? {
    let node = nodes.ids.pick(&dice)
    guard claims.claim([node]) else { return nil }
    let data = nodes.data(node)
    let free = try SmallDisk.fill(data)
    let hold = Duration.milliseconds(1000 + dice.below(4000))
    return RunningFault(what: "full disk of \(node)", hold: hold) { () async throws(LiveFailure) in
      defer { self.claims.release([node]) }
      try SmallDisk.relieve(data)
      return free == 0 ? .injected("0 bytes were free") : .notInjected("\(free) bytes were free")
    }
  }

  /// Bits of the log or of a snapshot of one node turn over, while it runs or is down; it starts
  /// on what is left, and must get the rest from its peers.
  func flip(_ dice: inout Dice) async throws(LiveFailure) -> RunningFault? {
    guard let node = victimOfDamage(&dice) else { return nil }
    let isRunning = dice.chance(1, in: 2)
    if !isRunning { _ = nodes.kill(node) }
    let files = DiskDamage.files(nodes.data(node))
    let file = files.isEmpty ? nil : files.pick(&dice)
    let places = try file.map { file throws(LiveFailure) in
      try DiskDamage.flip(file, bits: 1 + Int(dice.below(4)), &dice)
    }
    if isRunning { _ = nodes.kill(node) }
    let name = (file ?? "").split(separator: "/").suffix(2).joined(separator: "/")
    let what = "flip \(places?.count ?? 0) bits of \(node) \(name)"
    return RunningFault(what: what, hold: .milliseconds(200)) { () async throws(LiveFailure) in
      let evidence = "bytes \(places ?? []) of \(name) changed"
      return try await self.revive(node, (places ?? []).isEmpty ? nil : evidence, mayWipe: false)
    }
  }

  /// A file of one node, which is down, ends earlier. Where that leaves too little to start from,
  /// the operator does what the node says: another disk.
  func truncate(_ dice: inout Dice) async throws(LiveFailure) -> RunningFault? {
    guard let node = victimOfDamage(&dice) else { return nil }
    _ = nodes.kill(node)
    let files = DiskDamage.files(nodes.data(node))
    let file = files.isEmpty ? nil : files.pick(&dice)
    let length = try file.flatMap { file throws(LiveFailure) in
      try DiskDamage.truncate(file, &dice)
    }
    let name = (file ?? "").split(separator: "/").suffix(2).joined(separator: "/")
    return RunningFault(what: "truncate \(node) \(name)", hold: .milliseconds(200)) {
      () async throws(LiveFailure) in
      try await self.revive(node, length.map { "\(name) ends at \($0) now" }, mayWipe: true)
    }
  }

  /// One node returns with an empty disk, and the cluster takes it in again by itself.
  func wipe(_ dice: inout Dice) async throws(LiveFailure) -> RunningFault? {
    guard let node = victimOfDamage(&dice) else { return nil }
    let isKilled = nodes.kill(node)
    nodes.wipe(node)
    let hold = Duration.milliseconds(200 + dice.below(1500))
    return RunningFault(what: "wipe \(node)", hold: hold) { () async throws(LiveFailure) in
      try await self.revive(
        node, isKilled ? "its directory was emptied" : nil, mayWipe: false)
    }
  }

  /// A node whose disk may be damaged, claimed: all others are whole and in step.
  func victimOfDamage(_ dice: inout Dice) -> NodeID? {
    let node = nodes.ids.pick(&dice)
    guard claims.claim([node]) else { return nil }
    guard claims.damage(node) else {
      claims.release([node])
      return nil
    }
    return node
  }

  /// Starts the node and waits until it is in step again.
  func revive(
    _ node: NodeID, _ evidence: String?, mayWipe: Bool
  ) async throws(LiveFailure) -> Injection {
    defer { claims.release([node]) }
    try nodes.start(node)
    let began = watch.now
    var wiped = ""
    while watch.now - began < 60_000_000_000 {
      if await isInStep(node) {
        claims.repaired(node)
        guard let evidence else { return .notInjected("the node held nothing to damage") }
        let milliseconds = (watch.now - began) / 1_000_000
        return .injected("\(evidence); \(wiped)in step \(milliseconds) ms after its start")
      }
      if mayWipe, wiped.isEmpty, nodes.process(node)?.ended() != nil {
        wiped = "it refused to start and got another disk; "
        _ = nodes.kill(node)
        nodes.wipe(node)
        try nodes.start(node)
      }
      try? await Task.sleep(for: .milliseconds(100))
    }
    // It stays damaged: no other disk may be touched, and the end of the run will tell.
    return .injected("\(evidence ?? ""); \(wiped)not in step within 60 s")
  }

  /// Whether it votes, and has applied what the leader has committed.
  private func isInStep(_ node: NodeID) async -> Bool {
    let attendance = Attendance(nodes, client)
    guard let leader = await leader(), let ahead = await attendance.status(leader),
      let own = await attendance.status(node)
    else { return false }
    return own.appliedIndex >= ahead.commitIndex && (own.role == .follower || own.role == .leader)
  }
}
