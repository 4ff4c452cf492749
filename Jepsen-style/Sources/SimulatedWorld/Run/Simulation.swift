internal import Determinism
public import Faults
public import Histories

/// Runs one seed from its first event to its verdict.
public struct Simulation: Hashable, Sendable {
  /// What came out.
  public struct Report: Sendable {
    /// A hash over everything that happened: equal for equal seeds, in every build.
    public let hash: UInt64
    /// What must not have happened, if it did.
    public let violation: Violation?
    public let tally: Tally
    /// What the clients of the registers saw, for other checkers.
    public let registers: [HistoryEvent]
    /// What the clients of the lists saw.
    public let lists: [HistoryEvent]
  }

  public let seed: UInt64
  public internal(set) var nodes: Int
  public let profile: Profile
  /// What is left out.
  public var reduction = Reduction()
  /// Every disk says that it synced and did not: the harness must notice.
  var disksLie = false
  /// No machine's kernel ever ends a hold of the address: the harness must notice, unless it is
  /// told to look on, to see what two holders do to the data.
  var gatesStayOpen = false
  var toleratesHolders = false

  /// - Parameter nodes: voters; nil: 3, 5 or 7, as the seed has it.
  public init(seed: UInt64, nodes: Int? = nil, profile: Profile = .swarm) {
    self.seed = seed
    self.profile = profile
    var dice = Dice(seed: seed)
    self.nodes = nodes ?? [3, 3, 5, 7].pick(&dice)
  }

  /// The line that runs this seed again.
  public var replay: String {
    (["faultlab replay \(seed) --nodes \(nodes) --profile \(profile.rawValue)"]
      + reduction.arguments).joined(separator: " ")
  }

  /// Runs it.
  /// - Parameter tell: hears one line an event; Legend.md explains them.
  public func run(tell: ((String) -> Void)? = nil) -> Report {
    var dice = Dice(seed: seed ^ 0x5157_4f49_4e00)
    var swarm = Swarm(profile, nodes: nodes, &dice)
    swarm.nodes = nodes
    reduction.apply(to: &swarm)
    do throws(Violation) {
      let world = try World(swarm, &dice, tell: tell)
      world.reduction = reduction
      for node in world.nodes { node.disk.liesInSecret = disksLie }
      world.gatesStayOpen = gatesStayOpen
      world.toleratesHolders = toleratesHolders
      var violation: Violation?
      do throws(Violation) {
        try world.turnAll()
        try world.runSafetyPhase()
        try world.runLivenessPhase()
      } catch {
        violation = error
        world.note("!!", error.description)
      }
      return report(world, violation)
    } catch {
      return Report(
        hash: 0, violation: error, tally: Tally(), registers: [], lists: [])
    }
  }

  private func report(_ world: World, _ violation: Violation?) -> Report {
    var tally = world.tally
    tally.events = world.transcript.events
    tally.elections = world.oracle.elections
    tally.addressMoves = world.segment.changes
    tally.simulated = world.now.nanoseconds
    tally.faults += world.network.counts
    for node in world.nodes { tally.faults += node.disk.counts }
    return Report(
      hash: world.transcript.hash, violation: violation, tally: tally,
      registers: world.registers.events, lists: world.lists.events)
  }
}
