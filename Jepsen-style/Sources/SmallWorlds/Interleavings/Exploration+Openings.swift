internal import RaftTypes

// The ways to the states in which a search begins, taken by the same actions as the search itself.
extension Exploration {
  mutating func stage(_ opening: Opening, _ world: inout SmallWorld) throws(BrokenPromise) {
    guard opening != .born else { return }
    try lead(0, voter: 1, &world)
    try settle(among: [0, 1, 2], &world)
    if opening == .contested {
      _ = try act(.propose, at: 0, &world)
      try settle(among: [0], &world)
      world.inFlight = []
      try lead(1, voter: 2, &world)
      try settle(among: [1], &world)
    }
    for place in world.machines.indices { _ = try act(.linger, at: place, &world) }
    if opening == .led {
      // The leader has beaten: everybody hears it, and then waits in vain again.
      try settle(among: [0, 1, 2], &world)
      for place in [1, 2] { _ = try act(.linger, at: place, &world) }
    }
    // Of what is under way only the entries matter: heartbeats and answers come anew.
    world.inFlight.removeAll { message in
      guard case .append(let append) = atlas.messages[message].message else { return true }
      return append.entries.isEmpty
    }
  }

  /// The node at `place` comes to lead by the vote of `voter`.
  private mutating func lead(
    _ place: Int, voter: Int, _ world: inout SmallWorld
  ) throws(BrokenPromise) {
    _ = try act(.linger, at: voter, &world)
    _ = try act(.expire, at: place, &world)
    for _ in 0..<20 where !atlas.portrait(world.machines[place]).isLeader {
      try pass(among: [place, voter], &world)
    }
  }

  /// Until nothing is under way among these nodes any more.
  private mutating func settle(
    among nodes: [Int], _ world: inout SmallWorld
  ) throws(BrokenPromise) {
    for _ in 0..<20 { try pass(among: nodes, &world) }
  }

  /// Everything under way among these nodes arrives, in order, and their disks finish.
  private mutating func pass(
    among nodes: [Int], _ world: inout SmallWorld
  ) throws(BrokenPromise) {
    for message in world.inFlight {
      let envelope = atlas.messages[message]
      let (from, to) = (Int(envelope.from.number) - 1, Int(envelope.to.number) - 1)
      guard nodes.contains(from), nodes.contains(to) else { continue }
      if try !act(.deliver(message), at: to, &world) { world.take(message) }
    }
    for place in nodes {
      while atlas.portrait(world.machines[place]).hasBallots {
        _ = try act(.saveBallot, at: place, &world)
      }
      while atlas.portrait(world.machines[place]).hasWrites {
        _ = try act(.saveLog, at: place, &world)
      }
    }
  }
}
