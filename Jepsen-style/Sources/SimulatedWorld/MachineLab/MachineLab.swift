internal import Determinism
public import Faults

/// Runs a cluster of somebody else's state machine under faults: consensus and write-ahead log are
/// those of this product, unmodified; network, disks and clocks are simulated; one seed decides.
///
/// The lab's own promises come first: equal states at equal indexes on all nodes; every answered
/// command stands in the one log, once, with the answer that the machine gives there; queries and
/// commands keep the order of real time (§8: linearizability, with the log as its witness); a
/// healed cluster goes on. Then the workload's `objection` is asked.
public struct MachineLab<Workload: MachineWorkload> {
  /// What came out.
  public struct Report: Sendable {
    /// What must not have happened, if it did.
    public let violation: Violation?
    /// Over everything that happened: equal for equal seeds, in every build.
    public let hash: UInt64
    public let history: [MachineOperation]
    public let events: Int
    public let crashes: Int
    public let snapshots: Int
    public let installs: Int
  }

  public let seed: UInt64
  public let nodes: Int
  public let profile: Profile
  private let workload: Workload

  /// - Parameter nodes: voters, 1 to 7.
  public init(seed: UInt64, nodes: Int = 3, profile: Profile = .swarm, _ workload: Workload) {
    precondition((1...7).contains(nodes), "MachineLab: \(nodes) nodes")
    self.seed = seed
    self.nodes = nodes
    self.profile = profile
    self.workload = workload
  }

  /// Runs it.
  /// - Parameter tell: hears one line an event, as `faultlab replay` prints them.
  public func run(tell: ((String) -> Void)? = nil) -> Report {
    var dice = Dice(seed: seed)
    var swarm = Swarm(profile, nodes: nodes, &dice)
    swarm.nodes = nodes
    // Often enough that a restart finds one, and that a node which was away needs one.
    swarm.markEntries = min(swarm.markEntries, 40)
    let world = LabWorld(swarm, workload, &dice, tell: tell)
    var violation: Violation?
    do throws(Violation) {
      try world.found()
      try world.live()
    } catch {
      violation = error
      world.note("!!", error.description)
    }
    return Report(
      violation: violation, hash: world.transcript.hash, history: world.history,
      events: world.transcript.events, crashes: world.crashes, snapshots: world.snapshots,
      installs: world.installs)
  }
}
