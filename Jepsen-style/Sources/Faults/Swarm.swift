public import Determinism

/// What one seed draws before its world begins: how bad everything is. The ranges are those of the
/// fault model:
///
/// | what | range |
/// |---|---|
/// | nodes | 1-7 voters; 0-2 more that come and go |
/// | one-way delay | least 0-30 ms, mean 1-100 ms beyond it, one in a hundred ten times that |
/// | loss, duplication, reordering | 0-30 %; 0-50 %; yes |
/// | clog, swizzle | up to 5 s |
/// | broken connection | tried again after up to 100 ms or 1 s |
/// | cuts | `PartitionShape`, in both directions or in one |
/// | coup | all cuts end, and the leader is cut off with fewer than half |
/// | crash | of what was not synced 80-100 % is lost or torn, by sectors and within one |
/// | rot, misdirected write, stale block, unreadable sector | 0-10 % of the sectors at a time, |
/// | | where the atlas allows it: one good copy stays |
/// | write error, sync error | the next one, once |
/// | stall, lie | ≤ 2 s; ≤ 3 s |
/// | snapshots | up to 100 times slower than the log, each machine in its own way |
/// | full disk | ≤ 3 s |
/// | pause | ≤ 3 s |
/// | wall clock | jumps of ± 262 s |
/// | boot clock | fast or slow by up to 5 % |
/// | reformat | up to 30 % of restarts |
/// | lease reads | on no node, on all, on some of them, where clocks keep the bound they stand on |
/// | clients | 4-16 with retries, timeouts, unknown outcomes, sessions |
public struct Swarm: Hashable, Sendable {
  public var nodes: Int
  /// Machines beyond the first members, with empty disks: for those who join.
  public var spares: Int
  /// Heartbeat, and the bounds of the election timeout.
  public var heartbeat: TimeSpan
  public var electionLeast: TimeSpan
  public var electionMost: TimeSpan

  // The network.
  public var delayLeast: TimeSpan
  public var delayMean: TimeSpan
  /// Of a thousand Raft messages. Calls travel on streams, where a loss is a broken connection.
  public var lossPerMille: UInt64
  public var copyPerMille: UInt64
  public var reorders: Bool
  /// The longest pause before a connection is tried again.
  public var redialMost: TimeSpan

  // The disks.
  public var syncMean: TimeSpan
  /// How much slower snapshots are written and read, on each machine.
  public var snapshotFactors: [UInt64]
  public var segmentBytes: Int
  public var reserveBytes: Int
  /// How many of a hundred unsynced writes a loss of power takes or tears.
  public var tearPercent: UInt64
  /// Whether a torn sector may hold both old and new bytes.
  public var tearsSectors: Bool
  /// How many of a thousand sectors decay at once.
  public var decayPerMille: UInt64
  /// How many of a hundred restarts come back with an empty disk.
  public var reformatPercent: UInt64

  /// How long a node's loop is busy with one turn: what arrives meanwhile shares the next.
  public var turnEvery: TimeSpan

  // Bounds inside a node, small enough to be met.
  public var appendBytes: Int
  public var appendsInFlight: Int
  public var tailBytes: Int
  public var markEntries: UInt64
  public var chunkBytes: Int

  /// Whether the address is held by the kernel for a guard, on an interface; otherwise by a socket
  /// of loopback.
  public var hasGuards: Bool

  /// Parts per million by which boot clocks may run fast or slow.
  public var driftMost: UInt64

  /// Which nodes offer lease reads.
  public var leaseReads: LeaseReads

  // The clients.
  public var clients: Int
  public var operationsPerSecond: UInt64
  public var keys: UInt64
  public var clientTimeout: TimeSpan
  public var sessionsPerMille: UInt64

  /// How long faults are injected.
  public var safety: TimeSpan
  /// Between two faults, in the mean; nil: none.
  public var faultEvery: TimeSpan?
  /// The classes of faults this seed uses, with their weights.
  public var weights: FaultWeights

  public init(_ profile: Profile, nodes: Int, _ dice: inout Dice) {
    self.nodes = nodes
    spares = profile.hasChurn ? [0, 1, 2].pick(&dice) : 0
    let (beat, least, most) =
      [(50, 300, 600), (50, 300, 600), (10, 80, 160), (100, 500, 1000)].pick(&dice)
      as (UInt64, UInt64, UInt64)
    heartbeat = .milliseconds(beat)
    electionLeast = .milliseconds(least)
    electionMost = .milliseconds(most)
    let isNetworkBad = profile.hasNetworkFaults && dice.chance(3, in: 4)
    delayLeast = isNetworkBad ? .milliseconds([0, 1, 5, 30].pick(&dice)) : .microseconds(100)
    delayMean = isNetworkBad ? .milliseconds([1, 5, 30, 100].pick(&dice)) : .microseconds(200)
    lossPerMille = isNetworkBad ? [0, 0, 10, 50, 300].pick(&dice) : 0
    copyPerMille = isNetworkBad ? [0, 0, 50, 500].pick(&dice) : 0
    reorders = isNetworkBad && dice.chance(2, in: 3)
    redialMost = .milliseconds(isNetworkBad ? [100, 1000].pick(&dice) : 100)
    syncMean = .microseconds([200, 1000, 5000, 20_000].pick(&dice))
    let slowest = [1, 5, 100].pick(&dice) as UInt64
    snapshotFactors = (0..<nodes + spares).map { _ in dice.chance(1, in: 2) ? 1 : slowest }
    segmentBytes = [16 << 10, 32 << 10, 128 << 10].pick(&dice)
    reserveBytes = [0, 64 << 10].pick(&dice)
    tearPercent = [80, 90, 100].pick(&dice)
    tearsSectors = dice.chance(2, in: 3)
    decayPerMille = [0, 1, 10, 100].pick(&dice)
    reformatPercent = profile.has(.reformat) ? [0, 0, 10, 30].pick(&dice) : 0
    turnEvery = .microseconds([0, 50, 200, 1000].pick(&dice))
    appendBytes = [100, 1000, 1 << 20].pick(&dice)
    appendsInFlight = [1, 4, 64].pick(&dice)
    tailBytes = [0, 1000, 16 << 10].pick(&dice)
    markEntries = [8, 20, 100, 400, 100_000].pick(&dice)
    chunkBytes = [700, 4096, 256 << 10].pick(&dice)
    driftMost = profile.hasClockFaults ? [0, 0, 9900, 50_000].pick(&dice) : 0
    hasGuards = dice.chance(3, in: 4)
    clients = Int([4, 8, 16].pick(&dice) as UInt64)
    operationsPerSecond = 100
    keys = [1, 3, 8].pick(&dice)
    clientTimeout = .milliseconds([300, 1000, 3000].pick(&dice))
    sessionsPerMille = [0, 300, 1000].pick(&dice)
    safety = .seconds([5, 10, 20].pick(&dice))
    faultEvery = profile == .calm ? nil : .milliseconds([100, 400, 1500].pick(&dice))
    weights = FaultWeights(profile, &dice)
    // From a copy of the dice: seeds without lease reads are what they were before there were any.
    var copy = dice
    var aside = copy.split()
    leaseReads =
      driftMost > Self.driftBound ? .none : [.none, .none, .all, .some].pick(&aside)
  }

  /// What two clocks may differ by for a lease to hold: a part in a hundred.
  static let driftBound: UInt64 = 10_000
}

/// Which nodes of a world offer lease reads; `some`: each life of each node draws for itself.
public enum LeaseReads: Hashable, Sendable {
  case none, all, some
}
