/// Decides whether calls on one object can be put in an order that respects real time.
///
/// Just-in-time linearization (Lowe, "Testing for linearizability", 2017, after Wing and Gong,
/// 1993): the events are taken in order, and the search keeps all configurations the object may be
/// in. Nothing takes effect before it must: only when a call completes is each configuration
/// without it extended by sequences of open calls that end with it. When none remains, the events
/// before are the longest prefix that an order explains.
///
/// Three reductions keep the set small without changing the verdict:
/// - A read takes effect as soon as its value is there: it changes nothing and is owed one thing
///   less.
/// - Equal calls of unknown outcome are used in the order of their invocation.
/// - A configuration is dropped where another has the same state and less burden
///   (`Configuration.burden`).
///
/// A search of limited width leaves out configurations: what it finds linearizable is, what it does
/// not find is unknown, and is searched again with more width. Histories that can be explained
/// rarely need any.
struct LinearizationSearch<Model: SequentialModel> {
  /// How a search of one object ended; `operation` numbers are those of the calls.
  enum Outcome {
    case linearizable
    case blocked(Blockade)
    /// Configurations were left out, and one of them may be the one that goes on.
    case tooNarrow
    case outOfSteps
  }

  /// Where the search could not go on.
  struct Blockade {
    let operation: Int
    let event: Int
    let order: [Int]
    let orderLength: Int
    let open: [Int]
    let states: [Model.State]
  }

  private typealias Config = Configuration<Model.State>
  private typealias Configs = ConfigurationSet<Model.State>

  private struct OpenCall {
    let call: Model.Call
    let slot: Int
    let operation: Int
  }

  private let model: Model
  private let calls: [TimedCall<Model.Call>]
  private let width: Int
  private var isComplete = true
  private var trail = LinearizationTrail()
  private var frontier: [Config]
  private var openReads: [OpenCall] = []
  private var openWrites: [OpenCall] = []
  // Equal calls of unknown outcome stand together, in the order of their invocations.
  private var unknowns: [[OpenCall]] = []
  private var unknownPlaces: [Model.Call: Int] = [:]
  private var freeSlots: [Int] = []
  private var slotCount = 0

  /// Calls that may still be tried and burdens that may still be compared.
  private(set) var steps: Int

  /// Configurations that may be in work for each that is kept: visited and reached, this many of
  /// either.
  static var roomPerWidth: Int { 4 }

  /// - Parameters:
  ///   - calls: in the order of their invocations.
  ///   - width: configurations kept from one completion to the next: those with least burden.
  ///   - steps: how much work may be done.
  init(_ model: Model, _ calls: [TimedCall<Model.Call>], width: Int, steps: Int) {
    self.model = model
    self.calls = calls
    self.width = width
    self.steps = steps
    frontier = [Config(state: model.initial, trail: LinearizationTrail.start)]
  }

  mutating func run() -> Outcome {
    // Completions in the order of events, each finding its call.
    let completions = calls.indices.filter { calls[$0].completed != nil }
      .sorted { (calls[$0].completed ?? 0) < (calls[$1].completed ?? 0) }
    var next = 0
    for index in completions {
      guard let event = calls[index].completed else { continue }
      while next < calls.count, calls[next].invoked < event {
        open(calls[next])
        next += 1
      }
      let isRead = model.isReadOnly(calls[index].call)
      let passed = complete(calls[index].operation, isRead: isRead)
      guard steps > 0 else { return .outOfSteps }
      guard passed else {
        return isComplete ? .blocked(blockade(at: event, calls[index].operation)) : .tooNarrow
      }
      collectTrail()
    }
    return .linearizable
  }

  // MARK: Opening

  private mutating func open(_ call: TimedCall<Model.Call>) {
    guard call.completed != nil else {
      // Without effect and without answer: it constrains nothing.
      guard !model.isReadOnly(call.call) else { return }
      let unknown = OpenCall(call: call.call, slot: takeSlot(), operation: call.operation)
      if let place = unknownPlaces[call.call] {
        unknowns[place].append(unknown)
      } else {
        unknownPlaces[call.call] = unknowns.count
        unknowns.append([unknown])
      }
      return
    }
    let opened = OpenCall(call: call.call, slot: takeSlot(), operation: call.operation)
    guard model.isReadOnly(call.call) else {
      openWrites.append(opened)
      return
    }
    openReads.append(opened)
    for index in frontier.indices {
      var config = frontier[index]
      config.burden.insert(opened.slot)
      let waiting = config
      satisfyReads(of: &config)
      config.trail = record(nil, from: waiting, to: config)
      frontier[index] = config
    }
  }

  private mutating func takeSlot() -> Int {
    if let slot = freeSlots.popLast() { return slot }
    slotCount += 1
    return slotCount - 1
  }

  // MARK: Completing

  // Brings every configuration past the completion of `operation`; false when none passes.
  private mutating func complete(_ operation: Int, isRead: Bool) -> Bool {
    let list = isRead ? openReads : openWrites
    guard let place = list.firstIndex(where: { $0.operation == operation }) else {
      preconditionFailure("operation \(operation) completes but is not open")
    }
    let target = list[place]
    let needy = frontier.filter { !hasEffect(target.slot, isRead: isRead, in: $0) }
    if !needy.isEmpty {
      var reached = Configs()
      for config in frontier where hasEffect(target.slot, isRead: isRead, in: config) {
        reached.insert(config)
      }
      extend(needy, until: target, isRead: isRead, into: &reached)
      guard !reached.isEmpty else { return false }
      frontier = narrowed(reached.live)
    }
    if isRead {
      openReads.remove(at: place)
    } else {
      openWrites.remove(at: place)
      forget(target.slot)
    }
    freeSlots.append(target.slot)
    return true
  }

  // Once a call has completed in all configurations, its bit says nothing; some may be superfluous
  // now.
  private mutating func forget(_ slot: Int) {
    guard frontier.count > 1 else {
      for index in frontier.indices { frontier[index].done.remove(slot) }
      return
    }
    var kept = Configs()
    for var config in frontier {
      config.done.remove(slot)
      kept.insert(config)
    }
    frontier = kept.live
  }

  // The configurations with the least burden: they have most ways to go on.
  private mutating func narrowed(_ configs: [Config]) -> [Config] {
    guard configs.count > width else { return configs }
    isComplete = false
    let burdens = configs.map(\.burden.count)
    // The place breaks ties: sorting must not depend on the algorithm.
    let order = configs.indices.sorted { (burdens[$0], $0) < (burdens[$1], $1) }
    return order.prefix(width).map { configs[$0] }
  }

  private func hasEffect(_ slot: Int, isRead: Bool, in config: Config) -> Bool {
    isRead ? !config.burden.contains(slot) : config.done.contains(slot)
  }

  // All sequences of open calls from `seeds` that end as soon as `target` took effect.
  private mutating func extend(
    _ seeds: [Config], until target: OpenCall, isRead: Bool, into reached: inout Configs
  ) {
    var visited = Configs()
    for seed in seeds { visited.insert(seed) }
    let room = Self.roomPerWidth * width
    var next = 0
    while next < visited.arrived.count, steps > 0 {
      defer { next += 1 }
      guard visited.isLive(next) else { continue }
      let config = visited.arrived[next]
      let compared = visited.comparisons + reached.comparisons
      for (successor, open) in successors(of: config, first: isRead ? nil : target) {
        let isThere = hasEffect(target.slot, isRead: isRead, in: successor)
        guard (isThere ? reached.arrived.count : visited.arrived.count) < room else {
          isComplete = false
          if isThere { return }
          continue
        }
        if isThere {
          reached.insert(successor) { record(open.operation, from: config, to: successor) }
        } else {
          visited.insert(successor) { record(open.operation, from: config, to: successor) }
        }
      }
      steps -= visited.comparisons + reached.comparisons - compared
    }
  }

  // The target goes first: what it reaches at once makes detours superfluous.
  private mutating func successors(
    of config: Config, first target: OpenCall?
  ) -> [(Config, OpenCall)] {
    var successors: [(Config, OpenCall)] = []
    if let target { take(target, isUnknown: false, in: config, &successors) }
    for open in openWrites where open.slot != target?.slot && !config.done.contains(open.slot) {
      take(open, isUnknown: false, in: config, &successors)
    }
    for equal in unknowns {
      if let open = firstUnused(of: equal, in: config) {
        take(open, isUnknown: true, in: config, &successors)
      }
    }
    return successors
  }

  // Used ones come before unused ones.
  private func firstUnused(of equal: [OpenCall], in config: Config) -> OpenCall? {
    var low = 0
    var high = equal.count
    while low < high {
      let middle = (low + high) / 2
      if config.burden.contains(equal[middle].slot) { low = middle + 1 } else { high = middle }
    }
    return low < equal.count ? equal[low] : nil
  }

  private mutating func take(
    _ open: OpenCall, isUnknown: Bool, in config: Config, _ successors: inout [(Config, OpenCall)]
  ) {
    steps -= 1
    guard let state = model.apply(open.call, to: config.state) else { return }
    // An unknown call that changes nothing is a burden for nothing.
    guard !(isUnknown && state == config.state) else { return }
    var successor = config
    successor.state = state
    if isUnknown {
      successor.burden.insert(open.slot)
    } else {
      successor.done.insert(open.slot)
    }
    satisfyReads(of: &successor)
    successors.append((successor, open))
  }

  private func satisfyReads(of config: inout Config) {
    for read in openReads where config.burden.contains(read.slot) {
      if model.apply(read.call, to: config.state) != nil { config.burden.remove(read.slot) }
    }
  }

  // Writes down what took effect: the operation, if any, and the reads that it satisfied.
  private mutating func record(_ operation: Int?, from config: Config, to next: Config) -> Int32 {
    var node = config.trail
    if let operation { node = trail.append(operation, after: node) }
    for read in openReads
    where config.burden.contains(read.slot) && !next.burden.contains(read.slot) {
      node = trail.append(read.operation, after: node)
    }
    return node
  }

  // MARK: Witness and memory

  private func blockade(at event: Int, _ operation: Int) -> Blockade {
    var states: [Model.State] = []
    for config in frontier where !states.contains(config.state) {
      guard states.count < Limits.witnessStates else { break }
      states.append(config.state)
    }
    let node = frontier.first?.trail ?? LinearizationTrail.start
    let open = openReads + openWrites + unknowns.flatMap { $0 }
    return Blockade(
      operation: operation, event: event,
      order: trail.order(to: node, limit: Limits.witnessOperations),
      orderLength: trail.length(to: node),
      open: Array(
        open.map(\.operation).filter { $0 != operation }.sorted()
          .suffix(Limits.witnessOperations)),
      states: states)
  }

  private mutating func collectTrail() {
    guard trail.isDueForCollection else { return }
    var nodes = frontier.map(\.trail)
    trail.collect(&nodes)
    for index in frontier.indices { frontier[index].trail = nodes[index] }
  }
}
