internal import Determinism
internal import RaftCore
internal import RaftTypes

/// One cluster's life on one set of links: does somebody come to lead, commit, and stay?
public struct GraphTrial: Sendable {
  /// What came before the links were as they are.
  public enum Opening: Hashable, Sendable {
    /// Nothing: the cluster is born into them.
    case born
    /// The network was whole, this node led, and no client wrote while the links were cut.
    case idle(leader: Int)
    /// The same, and clients went on writing to the old leader until it gave up.
    case busy(leader: Int)
    /// This node led, was cut off with a write that it alone has, and gave up; nobody has stood
    /// for election since.
    case tail(leader: Int)

    /// Every opening of a cluster of `count` nodes.
    public static func all(_ count: Int) -> [Opening] {
      [.born]
        + (0..<count).flatMap { [.idle(leader: $0), .busy(leader: $0), .tail(leader: $0)] }
    }
  }

  /// What became of it.
  public enum Outcome: Hashable, Sendable {
    /// One node leads and commits, after so many longest election timeouts since the cut at the
    /// latest, and nothing has changed for as long as was watched.
    case settled(timeouts: Double, elections: Int)
    /// Nobody leads, and nobody can: no node reaches a majority both ways whose logs are no longer
    /// than its own. No protocol that elects by comparing logs could (docs: TRACK-RECORD.md).
    case blocked
    /// What was demanded did not come about, or something was broken.
    case failed(BrokenPromise)
  }

  /// Longest election timeouts that may pass from the cut until the last change of leader or term.
  public static let patience: UInt64 = 6
  /// How many more are watched: nothing may change in them.
  public static let watch: UInt64 = 6

  public let links: Links
  public let opening: Opening
  public let seed: UInt64
  private let settings = Settings.lan

  public init(_ links: Links, _ opening: Opening, seed: UInt64 = 1) {
    self.links = links
    self.opening = opening
    self.seed = seed
  }

  /// Lives it.
  public func run() -> Outcome {
    do throws(BrokenPromise) {
      return try live()
    } catch {
      return .failed(error)
    }
  }

  private func live() throws(BrokenPromise) -> Outcome {
    var world = try opened()
    let cut = world.now
    world.links = links
    // Who led has given up by then if it lost its quorum, so its log gets no more entries.
    if case .idle = opening { try world.run(until: cut + settings.electionMost * 3) }
    world.isBusy = true
    try world.run(until: cut + settings.electionMost * Self.patience)
    let (proposed, committed, reign) = (world.proposed, world.committed, world.reign)
    try world.run(until: cut + settings.electionMost * (Self.patience + Self.watch))
    guard world.reign == reign, world.reignSince <= cut + settings.electionMost * Self.patience
    else { throw BrokenPromise("leadership still moves: \(world.reigns) reigns on \(links)") }
    guard world.reign != nil else {
      guard !somebodyCanWin(world) else { throw BrokenPromise("nobody leads on \(links)") }
      return .blocked
    }
    guard world.machines.filter(\.core.isLeader).count == 1 else {
      throw BrokenPromise("two nodes go on leading on \(links)")
    }
    // The last ones may still be under way.
    let asked = world.proposed - proposed
    guard asked > 0, world.committed - committed >= asked - 2 else {
      throw BrokenPromise("\(world.committed - committed) of \(asked) commit on \(links)")
    }
    let settled = world.reignSince.since(cut)
    return .settled(
      timeouts: Double(settled.nanoseconds) / Double(settings.electionMost.nanoseconds),
      elections: world.reigns)
  }

  private func opened() throws(BrokenPromise) -> GraphWorld {
    let wanted: Int
    switch opening {
    case .born: return GraphWorld(links, seed: seed, settings: settings)
    case .idle(let leader), .busy(let leader), .tail(let leader): wanted = leader
    }
    var world = GraphWorld(Links(all: links.count), seed: seed, settings: settings)
    world.isBusy = true
    for _ in 0..<10 {
      try world.run(until: world.now + .seconds(10)) { $0.reign != nil && $0.committed > 3 }
      guard let leader = world.machines.firstIndex(where: \.core.isLeader) else { continue }
      if leader == wanted {
        world.isBusy = opening == .busy(leader: wanted)
        try world.run(until: world.now + .seconds(1))
        guard world.isBusy || world.isQuiet else { continue }
        if opening == .tail(leader: wanted) { try leaveTail(&world, at: wanted) }
        return world
      }
      try world.step(leader, .transfer(to: world.machines[wanted].id))
      try world.run(until: world.now + .seconds(1))
    }
    throw BrokenPromise("on a whole network node \(wanted + 1) cannot be made to lead")
  }

  private func leaveTail(_ world: inout GraphWorld, at leader: Int) throws(BrokenPromise) {
    world.links = Links(none: links.count)
    try world.step(leader, .propose([Proposal(ticket: 0, payload: .command([0]))], .zero))
    try world.run(until: world.now + settings.electionMost * 3)
  }

  private func somebodyCanWin(_ world: GraphWorld) -> Bool {
    world.machines.indices.contains { candidate in
      let log = world.machines[candidate].core.log.last
      let voters = links.circle(of: candidate).filter { world.machines[$0].core.log.last <= log }
      return voters.count >= links.majority
    }
  }
}
