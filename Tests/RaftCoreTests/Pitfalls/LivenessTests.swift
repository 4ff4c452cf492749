import Determinism
import RaftTypes
import Testing

@testable import RaftCore

@Suite("Pitfalls: liveness")
struct LivenessTests {
  /// Every way to give each of the six directions between three nodes a state.
  static let partitions = Array(0..<64)

  private static func links(_ ids: [NodeID]) -> [Link] {
    ids.flatMap { a in ids.filter { $0 != a }.map { Link(from: a, to: $0) } }
  }

  private static func twoWay(_ cluster: Cluster, _ a: NodeID, _ b: NodeID) -> Bool {
    cluster.network.cut[Link(from: a, to: b)] == nil
      && cluster.network.cut[Link(from: b, to: a)] == nil
  }

  @Test(
    "pitfall 41: any partition of three, once healed, has a leader within five timeouts",
    arguments: partitions)
  func elects(mask: Int) throws {
    for seed in UInt64(0)..<4 {
      var cluster = Cluster(3, seed: seed)
      try cluster.elect()
      for (bit, link) in Self.links(cluster.ids).enumerated() where mask >> bit & 1 == 1 {
        cluster.network.cut(link.from, link.to)
      }
      try cluster.run(for: .seconds(5))
      cluster.heal()
      let leader = try cluster.elect(atMost: .milliseconds(3000))
      try cluster.propose("x", at: leader)
      try cluster.run(atMost: .seconds(2)) { $0.hasConverged($0.ids) }
    }
  }

  @Test(
    "pitfall 41: a partition of three that leaves one a majority elects within five timeouts",
    arguments: partitions)
  func electsInside(mask: Int) throws {
    var cluster = Cluster(3, seed: UInt64(mask))
    try cluster.elect()
    for (bit, link) in Self.links(cluster.ids).enumerated() where mask >> bit & 1 == 1 {
      cluster.network.cut(link.from, link.to)
    }
    let hasMajority = cluster.ids.contains { a in
      cluster.ids.contains { $0 != a && Self.twoWay(cluster, a, $0) }
    }
    guard hasMajority else { return }
    try cluster.run(for: .milliseconds(3000))
    try cluster.run(atMost: .milliseconds(600)) { cluster in
      cluster.leader.map { cluster.hasCommittedInTerm($0) } ?? false
    }
    let leader = try #require(cluster.leader)
    let ticket = try cluster.propose("x", at: leader)
    try cluster.run(atMost: .milliseconds(600)) { cluster in
      cluster.ledger.appended[ticket].map { $0.index <= cluster.oracle.end } ?? false
    }
  }

  @Test(
    "pitfall 42: in every graph of five in which one reaches a majority, one leads and commits",
    arguments: 0..<32)
  func graphs(block: Int) throws {
    let ids = (1...5).map { NodeID($0) }
    let pairs = ids.flatMap { a in ids.filter { $0 > a }.map { (a, $0) } }
    for graph in (block * 32)..<(block * 32 + 32) {
      var cluster = Cluster(5, seed: UInt64(graph))
      try cluster.elect()
      try cluster.run(for: .milliseconds(200))
      for (bit, pair) in pairs.enumerated() where graph >> bit & 1 == 0 {
        cluster.network.cut(pair.0, pair.1)
        cluster.network.cut(pair.1, pair.0)
      }
      let central = ids.contains { a in
        ids.filter { $0 != a && Self.twoWay(cluster, a, $0) }.count >= 2
      }
      guard central else { continue }
      try cluster.run(for: .seconds(4))
      let start = cluster.oracle.end
      do {
        try cluster.run(atMost: .seconds(3)) { cluster in
          cluster.leader.map { cluster.hasCommittedInTerm($0) } ?? false
        }
        let leader = try #require(cluster.leader)
        try cluster.propose("x", at: leader)
        try cluster.run(atMost: .seconds(3)) { $0.oracle.end > start }
      } catch {
        Issue.record("graph \(graph): \(error)")
      }
    }
  }

  @Test("pitfall 43: a follower far behind, whose appends are refused one by one, never campaigns")
  func farBehind() throws {
    var limits = Limits()
    limits.appendBytes = 64
    limits.appendsInFlight = 2
    var cluster = Cluster(3, settings: .lan.with(limits))
    let leader = try cluster.elect()
    let follower = try #require(cluster.ids.first { $0 != leader })
    try cluster.crash(follower)
    for number in 0..<2000 { try cluster.propose("x\(number)", at: leader) }
    try cluster.run(for: .milliseconds(500))
    var rehearsals = 0
    cluster.network.delayLeast = .milliseconds(20)
    cluster.network.delayMost = .milliseconds(25)
    cluster.start(follower)
    for _ in 0..<100 {
      try cluster.propose("load", at: leader)
      try cluster.run(for: .milliseconds(50))
      if case .preCandidate = cluster[follower].role { rehearsals += 1 }
    }
    #expect(rehearsals == 0)
    #expect(cluster.leader == leader)
    cluster.network.delayMost = .milliseconds(20)
    try cluster.run(atMost: .seconds(120)) { $0.hasConverged($0.ids) }
  }

  @Test(
    "pitfall 46: with one direction of one link dead, a leader stays or comes, and writes commit",
    arguments: 0..<6)
  func oneWay(which: Int) throws {
    for seed in UInt64(0)..<10 {
      var cluster = Cluster(3, seed: seed)
      try cluster.elect()
      let link = Self.links(cluster.ids)[which]
      cluster.network.cut(link.from, link.to)
      try cluster.run(for: .seconds(3))
      let leader = try cluster.elect(atMost: .seconds(2))
      let term = cluster[leader].term
      let end = cluster.oracle.end
      try cluster.propose("x", at: leader)
      try cluster.run(atMost: .milliseconds(600)) { $0.oracle.end > end }
      // And it is no see-saw.
      try cluster.run(for: .seconds(10))
      #expect(cluster.leader == leader)
      #expect(cluster[leader].term == term)
    }
  }

  @Test("pitfall 17: reads at a leader whose rounds are all lost end when it steps down")
  func lostRounds() throws {
    var cluster = Cluster(3)
    let leader = try cluster.elect()
    cluster.network.fate = { envelope in
      if case .heartbeat = envelope.message { return .lose }
      return .arrive
    }
    for _ in 0..<10 { try cluster.read(at: leader) }
    try cluster.run(for: .seconds(1))
    #expect(cluster.ledger.reads.isEmpty)
  }
}
