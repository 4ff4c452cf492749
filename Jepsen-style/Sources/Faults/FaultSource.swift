public import Determinism
public import RaftTypes

/// Draws one fault after the other, as a swarm wants them.
public struct FaultSource: Sendable {
  private let swarm: Swarm
  private let nodes: [NodeID]
  private var dice: Dice

  public init(_ swarm: Swarm, nodes: [NodeID], _ dice: Dice) {
    self.swarm = swarm
    self.nodes = nodes
    self.dice = dice
  }

  /// How long until the next fault; nil when this seed has none.
  public mutating func pause() -> TimeSpan? {
    guard let mean = swarm.faultEvery, swarm.weights.total > 0 else { return nil }
    return dice.span(from: .zero, to: mean * 2)
  }

  /// What happens now: usually one thing, several when they belong together.
  ///
  /// - Parameter leader: who leads, as far as an observer can tell; the most interesting victim.
  public mutating func next(leader: NodeID?) -> (FaultClass, [Fault])? {
    guard swarm.weights.total > 0,
      let fault = swarm.weights.fault(at: dice.below(swarm.weights.total))
    else { return nil }
    return (fault, faults(fault, leader))
  }

  private mutating func faults(_ fault: FaultClass, _ leader: NodeID?) -> [Fault] {
    let victim = dice.chance(1, in: 3) ? leader ?? nodes.pick(&dice) : nodes.pick(&dice)
    switch fault {
    case .kill:
      // A supervisor may start it again at once: others have not noticed that it was away.
      return [.crash(victim, .process, downFor: span(dice.chance(1, in: 3) ? 20 : 2000))]
    case .powerLoss: return power(victim)
    case .pause: return [.pause(victim, span(3000))]
    case .restart: return [.restart(victim, downFor: span(1000))]
    case .cut, .oneWayCut:
      let shape = PartitionShape.allCases.pick(&dice)
      let cut = shape.paths(among: nodes, leader: leader, &dice)
      return [.cut(fault == .cut ? cut : PartitionShape.halved(cut, &dice))]
    case .coup:
      // Again and again: whoever was left behind comes back and stands for election.
      return [.heal, .cut(PartitionShape.leaderAndFew.paths(among: nodes, leader: leader, &dice))]
    case .heal: return [.heal]
    case .clog: return path().map { [.clog($0, span(5000))] } ?? []
    case .swizzle: return swizzle()
    case .reset: return resets(leader)
    case .bitRot: return [.decay(victim, .rot)]
    case .misdirectedWrite: return [.decay(victim, .misdirected)]
    case .staleBlock: return [.decay(victim, .stale)]
    case .readError: return [.decay(victim, .unreadable)]
    case .writeError: return [.failWrite(victim)]
    case .syncError: return [.failSync(victim)]
    case .lyingSync: return [.lie(victim, span(3000))]
    case .stall: return [.stallDisk(victim, span(2000))]
    case .fullDisk: return [.fillDisk(victim, span(3000))]
    case .wallJump:
      // ± 262 s: far beyond every session's life and every timeout.
      let jump = Int64(dice.below(524_288)) - 262_144
      return [.jumpWallClock(victim, milliseconds: jump)]
    case .transfer:
      let from = leader ?? victim
      return dice.chance(1, in: 2)
        ? [.transfer(from)] : [.freezeInTransfer(from, after: span(60), span(2000))]
    case .snapshot: return [.snapshot(leader ?? victim)]
    case .membership: return [.churn(Churn.allCases.pick(&dice))]
    case .loss, .copy, .reordering, .guardLoss, .reformat, .lostWrite, .tornWrite, .drift,
      .lostReply, .retry:
      return []
    }
  }

  // One connection; or all on which the leader speaks, as if its process had died.
  private mutating func resets(_ leader: NodeID?) -> [Fault] {
    guard let leader, dice.chance(1, in: 3) else {
      return path().map { [.reset($0.from, $0.to)] } ?? []
    }
    return nodes.filter { $0 != leader }.map { .reset(leader, $0) }
  }

  // Machines in one rack lose power together.
  private mutating func power(_ victim: NodeID) -> [Fault] {
    guard dice.chance(1, in: 8) else { return [.crash(victim, .power, downFor: span(2000))] }
    return nodes.map { .crash($0, .power, downFor: span(1000)) }
  }

  // A random subset is clogged one by one and comes back in another order.
  private mutating func swizzle() -> [Fault] {
    let paths = nodes.shuffled(&dice).flatMap { a in
      nodes.filter { $0 != a }.map { Path(from: a, to: $0) }
    }
    return paths.filter { _ in dice.chance(1, in: 2) }.map { .clog($0, span(5000)) }
  }

  private mutating func path() -> Path? {
    let two = nodes.shuffled(&dice).prefix(2)
    guard let from = two.first, let to = two.last, from != to else { return nil }
    return Path(from: from, to: to)
  }

  private mutating func span(_ milliseconds: UInt64) -> TimeSpan {
    .microseconds(dice.below(milliseconds * 1000))
  }
}
