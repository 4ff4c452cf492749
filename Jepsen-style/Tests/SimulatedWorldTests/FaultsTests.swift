import Determinism
import RaftTypes
import Testing

@testable import Faults

@Suite("What is injected")
struct FaultsTests {
  private let nodes = (1...7).map { NodeID($0) }

  private func reached(from node: NodeID, _ cut: Set<Path>, _ nodes: [NodeID]) -> Int {
    nodes.count { peer in
      peer == node
        || (!cut.contains(Path(from: node, to: peer)) && !cut.contains(Path(from: peer, to: node)))
    }
  }

  @Test("in a ring of majorities everybody sees a majority, and not all of them the same")
  func ring() {
    for count in [5, 7] {
      let some = Array(nodes.prefix(count))
      var dice = Dice(seed: UInt64(count))
      let cut = Set(PartitionShape.majoritiesRing.paths(among: some, leader: nil, &dice))
      #expect(!cut.isEmpty)
      for node in some { #expect(reached(from: node, cut, some) > count / 2) }
    }
  }

  @Test("a bridge sees everybody, and is the only one that does")
  func bridge() {
    for seed in 0..<20 as Range<UInt64> {
      var dice = Dice(seed: seed)
      let some = Array(nodes.prefix(5))
      let cut = Set(PartitionShape.bridge.paths(among: some, leader: nil, &dice))
      #expect(some.count { reached(from: $0, cut, some) == 5 } == 1)
    }
  }

  @Test("the leader alone is the leader alone")
  func leader() {
    var dice = Dice(seed: 1)
    let cut = Set(PartitionShape.leaderAlone.paths(among: nodes, leader: NodeID(3), &dice))
    #expect(reached(from: NodeID(3), cut, nodes) == 1)
    for node in nodes where node != NodeID(3) { #expect(reached(from: node, cut, nodes) == 6) }
  }

  @Test("asymmetric shapes cut one direction only")
  func asymmetric() {
    for shape in [PartitionShape.oneWay, .deaf] {
      var dice = Dice(seed: 4)
      let cut = shape.paths(among: nodes, leader: nil, &dice)
      #expect(!cut.isEmpty)
      #expect(!cut.contains { path in cut.contains(Path(from: path.to, to: path.from)) })
    }
  }

  @Test("of every pair that a cut divides a halved one leaves one direction")
  func halved() {
    for shape in PartitionShape.allCases {
      for seed in 0..<20 as Range<UInt64> {
        var dice = Dice(seed: seed)
        let cut = shape.paths(among: nodes, leader: NodeID(3), &dice)
        let half = PartitionShape.halved(cut, &dice)
        #expect(Set(half).count == half.count && Set(half).isSubset(of: cut))
        #expect(!half.contains { half.contains(Path(from: $0.to, to: $0.from)) })
        let pairs = Set(cut.map { Set([$0.from, $0.to]) })
        #expect(Set(half.map { Set([$0.from, $0.to]) }) == pairs)
      }
    }
  }

  @Test("a calm profile injects nothing, whatever the seed")
  func calm() {
    for seed in 0..<200 as Range<UInt64> {
      var dice = Dice(seed: seed)
      let swarm = Swarm(.calm, nodes: 3, &dice)
      var source = FaultSource(swarm, nodes: nodes, dice.split())
      #expect(source.pause() == nil)
      #expect(swarm.lossPerMille == 0 && swarm.driftMost == 0)
    }
  }

  @Test("over many seeds every kind of fault is drawn, and every seed draws the same twice")
  func coverage() {
    var kinds: Set<String> = []
    for seed in 0..<600 as Range<UInt64> {
      let draws = (0..<2).map { _ in draw(seed) }
      #expect(draws[0] == draws[1])
      for fault in draws[0] { kinds.insert(String("\(fault)".prefix { $0 != "(" })) }
    }
    #expect(
      kinds == [
        "crash", "pause", "restart", "cut", "heal", "clog", "reset", "decay", "failWrite",
        "failSync", "lie", "stallDisk", "fillDisk", "jumpWallClock", "transfer", "snapshot",
        "churn", "freezeInTransfer",
      ])
  }

  private func draw(_ seed: UInt64) -> [Fault] {
    var dice = Dice(seed: seed)
    let swarm = Swarm(.swarm, nodes: 5, &dice)
    var source = FaultSource(swarm, nodes: Array(nodes.prefix(5)), dice.split())
    guard source.pause() != nil else { return [] }
    return (0..<20).flatMap { _ in source.next(leader: NodeID(2))?.1 ?? [] }
  }
}
