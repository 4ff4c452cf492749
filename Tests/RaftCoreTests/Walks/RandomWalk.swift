import BinaryCodec
import Determinism
import RaftCore
import RaftTypes

/// Faults and clients from one seed; then everything is healed and progress is demanded.
struct RandomWalk {
  /// What one seed draws before it starts.
  struct Plan {
    let voters: Int
    let learners: Int
    let lossPercent: UInt64
    let copyPercent: UInt64
    let delayMost: TimeSpan
    let diskDelay: TimeSpan
    let turn: TimeSpan
    /// Node 1's disk may rot; the others' never do, so that a good copy stays.
    let rots: Bool
    let limits: Limits

    init(_ dice: inout Dice) {
      voters = Int([1, 2, 3, 3, 3, 5][Int(dice.below(6))])
      learners = Int(dice.below(4) / 3)
      lossPercent = [0, 0, 5, 20][Int(dice.below(4))]
      copyPercent = [0, 5, 30][Int(dice.below(3))]
      delayMost = .milliseconds([1, 5, 40, 150][Int(dice.below(4))])
      diskDelay = .milliseconds([0, 1, 10, 60][Int(dice.below(4))])
      turn = .microseconds([0, 0, 300, 5000][Int(dice.below(4))])
      rots = voters >= 3 && dice.chance(1, in: 3)
      var limits = Limits()
      limits.appendBytes = [64, 200, 1 << 20][Int(dice.below(3))]
      limits.appendsInFlight = [1, 4, 64][Int(dice.below(3))]
      limits.bytesInFlight = [100, 1000, 8 << 20][Int(dice.below(3))]
      limits.tailBytes = [0, 100, 400][Int(dice.below(3))]
      limits.pinnedBytes = [0, 500, 1 << 20][Int(dice.below(3))]
      self.limits = limits
    }
  }

  var cluster: Cluster
  private var dice: Dice
  private let plan: Plan
  private var written = 0

  init(seed: UInt64, telling: Bool = false) {
    dice = Dice(seed: seed)
    plan = Plan(&dice)
    cluster = Cluster(
      plan.voters, learners: plan.learners, seed: dice.next(),
      settings: Settings.lan.with(plan.limits))
    if telling { cluster.story = [] }
    cluster.network.lossPercent = plan.lossPercent
    cluster.network.copyPercent = plan.copyPercent
    cluster.network.delayMost = plan.delayMost
    cluster.diskDelay = plan.diskDelay
    cluster.turn = plan.turn
  }

  /// Safety: whatever happens, nothing that was checked may break.
  mutating func wander(steps: Int) throws {
    for _ in 0..<steps {
      if dice.chance(1, in: 8) { try disturb() } else { _ = try cluster.advance() }
    }
  }

  private mutating func anyone() -> NodeID {
    cluster.ids[Int(dice.below(UInt64(cluster.ids.count)))]
  }

  private mutating func disturb() throws {
    let id = anyone()
    switch dice.below(30) {
    case 0...9: try write(at: dice.chance(1, in: 4) ? id : cluster.leader ?? id)
    case 10...14: if cluster.isUp(id) { try cluster.read(at: id) }
    case 15...16:
      let taker = dice.chance(1, in: 2) ? id : cluster.leader ?? id
      if cluster.isUp(taker) { try cluster.takeSnapshot(at: taker) }
    case 17:
      if let leader = cluster.leader {
        try cluster.step(leader, .transfer(to: dice.chance(1, in: 2) ? nil : anyone()))
      }
    case 18...19: try crashOrStart(id)
    case 20: if !cluster.isUp(id) { cluster.start(id) }
    case 21: cutSomething()
    case 22...24: cluster.heal()
    case 25: cluster.servers[id]?.disk.hangs = true
    case 26: if cluster.isUp(id) { try cluster.resume(id) }
    case 27: if cluster.isUp(id) { try cluster.step(id, .peerReset(anyone())) }
    case 28: try surge()
    case _: cluster.now = cluster.now + .milliseconds(dice.below(200))
    }
  }

  private mutating func write(at id: NodeID) throws {
    guard cluster.isUp(id) else { return }
    written += 1
    try cluster.propose("w\(written)", at: id)
  }

  private mutating func surge() throws {
    guard let leader = cluster.leader else { return }
    for _ in 0..<20 { try write(at: leader) }
  }

  private mutating func crashOrStart(_ id: NodeID) throws {
    if cluster.isUp(id) {
      try cluster.crash(
        id, keepingWrites: Int(dice.below(3)), ballots: Int(dice.below(2)))
      if plan.rots, id == NodeID(1), dice.chance(1, in: 2) {
        let last = cluster.servers[id]?.disk.last.index.number ?? 0
        if last > 1 { cluster.servers[id]?.disk.rot(LogIndex(2 + dice.below(last - 1))) }
      }
    } else {
      cluster.start(id)
    }
  }

  private mutating func cutSomething() {
    switch dice.below(3) {
    case 0: cluster.network.cut(anyone(), anyone())
    case 1: cluster.partition([[anyone(), anyone()], [anyone(), anyone(), anyone()]])
    case _:
      let alone = anyone()
      for peer in cluster.ids where peer != alone {
        cluster.network.cut(alone, peer)
        cluster.network.cut(peer, alone)
      }
    }
  }

  /// Liveness: with the faults gone, a leader comes, writes commit, everybody gets and applies
  /// everything, and every read that was asked is answered or refused.
  mutating func heal() throws {
    cluster.heal()
    cluster.network.lossPercent = 0
    cluster.network.copyPercent = 0
    cluster.network.delayMost = .milliseconds(1)
    cluster.diskDelay = .milliseconds(1)
    for id in cluster.ids {
      if !cluster.isUp(id) { cluster.start(id) }
      try cluster.resume(id)
    }
    let leader = try cluster.elect(atMost: .seconds(12))
    let ticket = try cluster.propose("last", at: leader)
    for id in cluster.ids { try cluster.read(at: id) }
    let ids = cluster.ids
    do {
      try cluster.run(atMost: .seconds(12)) { cluster in
        cluster.hasConverged(ids) && cluster.ledger.reads.isEmpty
          && (cluster.ledger.appended[ticket] != nil || cluster.ledger.refused[ticket] != nil)
      }
    } catch {
      let states = ids.map { id in
        "\(id): \(Story.line(Effects(), cluster[id]))"
          + " applied \(cluster.servers[id]?.applied ?? .zero)"
      }
      throw Violation(
        "no convergence: \(error); history \(cluster.oracle.end),"
          + " reads \(cluster.ledger.reads.count)\n"
          + states.joined(separator: "\n"))
    }
  }
}
