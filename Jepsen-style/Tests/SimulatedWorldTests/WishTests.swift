import ClientProtocol
import Determinism
import Faults
import RaftTypes
import Testing

@testable import SimulatedWorld

@Suite("What may come to be in force")
struct WishTests {
  // Three nodes without faults, one of which leads.
  private func world() throws -> World {
    var dice = Dice(seed: 7)
    let world = try World(Swarm(.calm, nodes: 3, &dice), &dice, tell: nil)
    try world.turnAll()
    try world.run(until: world.now + .seconds(3))
    return world
  }

  private func follower(in world: World) throws -> SimulatedNode {
    try #require(world.nodes.last { $0 !== world.leader })
  }

  @Test("a configuration that lost its place to another entry is in force nowhere (seed 1015790)")
  func superseded() throws {
    let world = try world()
    let chosen = try #require(world.oracle.configuration)
    let lone = Membership(voters: chosen.membership.members.values.filter { $0.id == NodeID(1) })
    let node = try follower(in: world)
    world.die(node, .power)
    // It died with an entry of a leader that nobody followed, where others were chosen since.
    node.lastConfiguration = Configuration(index: chosen.index.next, membership: lone)
    #expect(world.possibleMemberships() == [chosen.membership])
    node.lastConfiguration = Configuration(index: world.oracle.end.next, membership: lone)
    #expect(world.possibleMemberships() == [chosen.membership, lone])
  }

  @Test("while a voter may be dismissed, no other disk is the cluster's to lose")
  func dismissal() throws {
    let world = try world()
    let leader = try #require(world.leader)
    let (victim, other) = (try follower(in: world), try #require(world.nodes.first { $0.isUp }))
    let spared = other === leader || other === victim ? leader : other
    #expect(world.canSpare(spared))
    world.wish(.demote(victim.id), of: leader)
    #expect(!world.canSpare(spared))
  }

  @Test("a wish that was refused is forgotten")
  func refused() throws {
    let world = try world()
    let leader = try #require(world.leader)
    world.wish(.replace(NodeID(9), with: world.member(leader)), of: leader)
    #expect(world.mayLeave(NodeID(9)))
    try world.run(until: world.now + .milliseconds(1))
    try world.turnAll()
    #expect(!world.mayLeave(NodeID(9)))
  }
}
