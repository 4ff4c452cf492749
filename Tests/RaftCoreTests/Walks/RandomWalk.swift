import BinaryCodec
import Determinism
import RaftCore
import RaftTypes

/// Faults and clients from one seed; then everything is healed and progress is demanded.
struct RandomWalk {
  /// What besides crashes and the network goes wrong, or is changed.
  enum Trouble {
    /// Node 1's disk rots.
    case oneRots
    /// Every disk rots, but one good copy of each entry stays.
    case allRot
    /// Members come, go and change; disks are replaced and ballots lost, one at a time.
    case churn
    /// One state machine at a time errs.
    case erring
  }

  /// What one seed draws before it starts.
  struct Plan {
    let voters: Int
    let learners: Int
    let lossPercent: UInt64
    let copyPercent: UInt64
    let delayMost: TimeSpan
    let diskDelay: TimeSpan
    let turn: TimeSpan
    let trouble: Trouble?
    let limits: Limits

    init(_ dice: inout Dice, _ wanted: Trouble?) {
      let few = wanted == nil ? 0 : 2
      voters = max(few + 1, [1, 2, 3, 3, 3, 5][Int(dice.below(6))])
      learners = Int(dice.below(4) / 3)
      lossPercent = [0, 0, 5, 20][Int(dice.below(4))]
      copyPercent = [0, 5, 30][Int(dice.below(3))]
      delayMost = .milliseconds([1, 5, 40, 150][Int(dice.below(4))])
      diskDelay = .milliseconds([0, 1, 10, 60][Int(dice.below(4))])
      turn = .microseconds([0, 0, 300, 5000][Int(dice.below(4))])
      let rots = voters >= 3 && dice.chance(1, in: 3)
      trouble = wanted ?? (rots ? .oneRots : nil)
      var limits = Limits()
      limits.appendBytes = [64, 200, 1 << 20][Int(dice.below(3))]
      limits.appendsInFlight = [1, 4, 64][Int(dice.below(3))]
      limits.bytesInFlight = [100, 1000, 8 << 20][Int(dice.below(3))]
      limits.tailBytes = [0, 100, 400][Int(dice.below(3))]
      limits.bodyBytes = limits.tailBytes
      limits.recallBytes = 100
      limits.turnBytes = limits.tailBytes == 0 ? 100 : 1 << 20
      limits.turnBytesBehind = limits.tailBytes == 400 ? 100 : 32 << 10
      limits.pinnedBytes = [0, 500, 1 << 20][Int(dice.below(3))]
      self.limits = limits
    }
  }

  var cluster: Cluster
  var dice: Dice
  let plan: Plan
  /// Whether all nodes offer lease reads; then half of the reads ask for one.
  let leases: Bool
  private var written = 0
  /// Disks and ballots that were replaced.
  var renewals = 0
  /// Slots that rotted.
  var rotten = 0

  init(
    seed: UInt64, _ trouble: Trouble? = nil, leases: Bool = false, telling: Bool = false
  ) {
    self.leases = leases
    dice = Dice(seed: seed)
    plan = Plan(&dice, trouble)
    cluster = Cluster(
      plan.voters, learners: plan.learners, seed: dice.next(),
      settings: Settings.lan.with(plan.limits).with(leaseReads: leases))
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

  mutating func anyone() -> NodeID {
    cluster.ids[Int(dice.below(UInt64(cluster.ids.count)))]
  }

  private mutating func disturb() throws {
    let id = anyone()
    if dice.chance(1, in: 6) { try makeTrouble(id) }
    switch dice.below(30) {
    case 0...9: try write(at: dice.chance(1, in: 4) ? id : cluster.leader ?? id)
    case 10...14: if cluster.isUp(id) { try read(at: id) }
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

  private mutating func read(at id: NodeID) throws {
    guard leases else {
      try cluster.read(at: id)
      return
    }
    // Most at those who think that they lead.
    let leading = cluster.ids.filter { cluster.isUp($0) && cluster[$0].isLeader }
    for leader in leading { try cluster.read(at: leader, byLease: true) }
    try cluster.read(at: id, byLease: dice.chance(1, in: 2))
  }

  private mutating func surge() throws {
    guard let leader = cluster.leader else { return }
    for _ in 0..<20 { try write(at: leader) }
  }

  private mutating func crashOrStart(_ id: NodeID) throws {
    if cluster.isUp(id) {
      try cluster.crash(
        id, keepingWrites: Int(dice.below(3)), ballots: Int(dice.below(2)))
      rot(id)
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
    let leader = try cluster.elect(atMost: .seconds(20))
    let ticket = try cluster.propose("last", at: leader)
    for id in cluster.ids { try cluster.read(at: id) }
    var ids = cluster.ids
    do {
      // A newcomer that does not exist is given up after a while.
      try cluster.run(atMost: .seconds(40)) { $0.isSettled }
      let members = cluster.leader.flatMap { cluster[$0].membership?.members.keys }
      ids = members?.filter { cluster.servers[$0] != nil } ?? ids
      try cluster.run(atMost: .seconds(12)) { cluster in
        cluster.hasConverged(ids) && cluster.ledger.reads.isEmpty
          && ids.allSatisfy { cluster[$0].stateIsSound }
          && (cluster.ledger.appended[ticket] != nil || cluster.ledger.refused[ticket] != nil)
      }
    } catch {
      let states = cluster.ids.map { id in
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
