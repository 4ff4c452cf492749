internal import Determinism
internal import RaftCore
internal import RaftTypes

/// Every behaviour of three nodes within some bounds, breadth first: what is found first is the
/// shortest way to it.
///
/// Nodes share no clock and messages no order, so no promise that holds here leans on either. From
/// birth the nodes are alike, so of behaviours that differ only in who is who one is followed: node
/// 1 acts first, and node 3 not before node 2.
public struct Exploration {
  /// What was found.
  public struct Report: Sendable {
    /// Distinct states, of the world and of single nodes.
    public fileprivate(set) var states = 0
    public fileprivate(set) var machines = 0
    /// Actions tried.
    public fileprivate(set) var actions = 0
    /// How far every behaviour was followed.
    public fileprivate(set) var depth = 0
    /// States reached first at each depth.
    public fileprivate(set) var layers: [Int] = []
    /// The most entries that any behaviour committed, and the most terms that had a leader.
    public fileprivate(set) var mostCommitted = 0
    public fileprivate(set) var mostReigns = 0
    /// Nothing was left to do before the depth was reached.
    public fileprivate(set) var isExhausted = false
    /// What must not happen, if it does, and the way there, a line an action.
    public fileprivate(set) var broken: BrokenPromise?
    public fileprivate(set) var trace: [String] = []
  }

  private struct Visit {
    let world: SmallWorld
    /// Its place among all steps.
    let step: UInt32
  }
  private struct Step {
    let parent: UInt32
    let node: UInt8
    let stimulus: Stimulus
  }

  let bounds: Bounds
  var atlas: Atlas
  var promises = Promises()
  private var steps: [Step] = []
  private var seen: Set<UInt64> = []
  private let opening: Opening
  private let born: SmallWorld
  private var report = Report()

  public init(_ opening: Opening = .born, _ bounds: Bounds = Bounds(), plant: Plant? = nil) {
    self.bounds = bounds
    self.opening = opening
    let settings = Self.settings
    atlas = Atlas(settings)
    let genesis = Founding.genesis(3)
    let (chosen, elected) = promises.blank()
    var machines: [UInt32] = []
    for id in Founding.ids(3) {
      var machine = Machine(
        id, genesis: genesis, settings: settings, at: Instant(nanoseconds: 1_000_000_000),
        plant: plant)
      _ = try? atlas.awake(&machine)
      machines.append(atlas.number(of: machine))
    }
    born = SmallWorld(machines: machines, chosen: chosen, elected: elected)
  }

  // Few heartbeats an election timeout: each is an action.
  private static var settings: Settings {
    (try? Settings(
      heartbeat: .milliseconds(100), electionLeast: .milliseconds(300),
      electionMost: .milliseconds(400))) ?? .lan
  }

  /// Searches.
  /// - Parameter progress: hears of each depth that was finished.
  public mutating func run(progress: (Report) -> Void = { _ in }) -> Report {
    do throws(BrokenPromise) {
      var layer = [try root()]
      seen.insert(layer[0].world.fingerprint)
      report.layers = [1]
      while report.depth < bounds.depth, !report.isExhausted, seen.count < bounds.states {
        let before = seen.count
        // The last layer is checked and counted, not kept.
        layer = try follow(layer, keeping: report.depth + 1 < bounds.depth)
        report.depth += 1
        report.layers.append(seen.count - before)
        report.isExhausted = seen.count == before
        note()
        progress(report)
      }
    } catch {
      report.broken = error
      note()
    }
    return report
  }

  private mutating func note() {
    report.states = seen.count
    report.machines = atlas.machines.count
    report.mostCommitted = promises.mostCommitted
    report.mostReigns = promises.mostReigns
  }

  private mutating func root() throws(BrokenPromise) -> Visit {
    steps = [Step(parent: 0, node: 0, stimulus: .expire)]
    var world = born
    try stage(opening, &world)
    world.spent = Spent()
    return Visit(world: world, step: 0)
  }

  private mutating func follow(
    _ layer: [Visit], keeping keeps: Bool
  ) throws(BrokenPromise) -> [Visit] {
    var next: [Visit] = []
    for visit in layer {
      for (place, stimulus) in choices(visit.world) {
        report.actions += 1
        var world = visit.world
        do throws(BrokenPromise) {
          guard try act(stimulus, at: place, &world), seen.insert(world.fingerprint).inserted
          else { continue }
        } catch {
          report.trace = trace(to: visit.step, then: stimulus, at: place)
          throw error
        }
        guard keeps else { continue }
        steps.append(
          Step(parent: visit.step, node: UInt8(place), stimulus: stimulus))
        next.append(Visit(world: world, step: UInt32(steps.count - 1)))
      }
    }
    return next
  }

  /// Lets `stimulus` happen to the node at `place`.
  /// - Returns: whether it made a difference. A message that changes nothing now is not worth
  ///   delivering: what can happen without it can happen with it still in flight.
  mutating func act(
    _ stimulus: Stimulus, at place: Int, _ world: inout SmallWorld
  ) throws(BrokenPromise) -> Bool {
    let old = world.machines[place]
    let outcome = atlas.outcome(of: stimulus, at: old, proposal: world.spent.proposals)
    if let broken = outcome.broken { throw broken }
    guard outcome.machine != old || !outcome.sent.isEmpty else { return false }
    switch stimulus {
    case .deliver(let message): world.take(message)
    case .deliverCopy: world.spent.copies += 1
    case .expire: world.spent.expiries += 1
    case .linger: world.spent.lingers += 1
    case .propose: world.spent.proposals += 1
    case .restart: world.spent.restarts += 1
    case .saveBallot, .saveLog: break
    }
    world.machines[place] = outcome.machine
    world.send(outcome.sent)
    try promises.check(&world, changedAt: place, atlas)
    return true
  }

  private func choices(_ world: SmallWorld) -> [(Int, Stimulus)] {
    var choices: [(Int, Stimulus)] = []
    var last: UInt32?
    for message in world.inFlight where message != last {
      last = message
      let place = Int(atlas.messages[message].to.number) - 1
      guard isAwake(place, world) else { continue }
      choices.append((place, .deliver(message)))
      if world.spent.copies < bounds.copies { choices.append((place, .deliverCopy(message))) }
    }
    for place in world.machines.indices where isAwake(place, world) {
      let portrait = atlas.portrait(world.machines[place])
      if portrait.hasBallots { choices.append((place, .saveBallot)) }
      if portrait.hasWrites { choices.append((place, .saveLog)) }
      if portrait.isLeader, world.spent.proposals < bounds.proposals {
        choices.append((place, .propose))
      }
      if world.spent.expiries < bounds.expiries { choices.append((place, .expire)) }
      if world.spent.lingers < bounds.lingers { choices.append((place, .linger)) }
      if world.spent.restarts < bounds.restarts { choices.append((place, .restart)) }
    }
    return choices
  }

  private func isAwake(_ place: Int, _ world: SmallWorld) -> Bool {
    opening != .born || place == 0 || world.machines[place - 1] != born.machines[place - 1]
  }

  // MARK: The way to a state

  private func trace(to step: UInt32, then last: Stimulus, at place: Int) -> [String] {
    var lines = [line(last, at: place)]
    var step = step
    while step != 0 {
      let taken = steps[Int(step)]
      lines.append(line(taken.stimulus, at: Int(taken.node)))
      step = taken.parent
    }
    return lines.reversed()
  }

  private func line(_ stimulus: Stimulus, at place: Int) -> String {
    let node = "n\(place + 1)"
    switch stimulus {
    case .deliver(let message): return "\(node) hears \(Self.words(atlas.messages[message]))"
    case .deliverCopy(let message):
      return "\(node) hears a copy of \(Self.words(atlas.messages[message]))"
    case .expire: return "\(node)'s deadline passes"
    case .linger: return "\(node) waits for nobody any more"
    case .propose: return "\(node) is asked to write"
    case .saveBallot: return "\(node)'s ballot is durable"
    case .saveLog: return "\(node)'s next log write is durable"
    case .restart: return "\(node) dies and starts again"
    }
  }

  private static func words(_ envelope: Envelope) -> String {
    let message = "\(envelope.message)".replacing("RaftTypes.", with: "")
      .replacing("Determinism.", with: "")
    return "\(envelope.from) in \(envelope.term): \(message)"
  }
}
