internal import ClientProtocol
package import Determinism
internal import Faults
package import KeyValueClient
internal import RaftTypes
internal import Synchronization

/// Injects faults of the given families, several at once when there are several, and writes down
/// which of them took effect.
package final class Nemesis: Sendable {
  let nodes: LiveNodes
  /// Asks any node; for leadership and membership.
  let client: KeyValueClient
  let claims: NodeClaims
  let watch: Stopwatch
  private let kinds: [NemesisKind]
  private let troubles = Mutex(TroubleTable())
  private let records = Mutex<[FaultRecord]>([])
  /// Families whose turn is still to come before any has another one.
  private let due = Mutex<[NemesisKind]>([])

  package init(
    _ kinds: [NemesisKind], on nodes: LiveNodes, client: KeyValueClient,
    _ watch: Stopwatch
  ) {
    self.kinds = kinds
    self.nodes = nodes
    self.client = client
    self.watch = watch
    claims = NodeClaims(mostDamaged: (nodes.ids.count - 1) / 2)
  }

  /// What was tried, in the order of its end.
  package var log: [FaultRecord] { records.withLock { $0 } }

  /// Faults one after another, in up to three lanes at once, until `end`; returns when all of them
  /// are undone.
  package func run(until end: UInt64, _ dice: Dice) async throws {
    var dice = dice
    let lanes = min(kinds.count, 3)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<lanes {
        let dice = dice.split()
        group.addTask { try await self.runLane(until: end, dice) }
      }
      try await group.waitForAll()
    }
  }

  private func runLane(until end: UInt64, _ dice: Dice) async throws {
    var dice = dice
    while watch.now < end {
      let kind = next(&dice)
      let from = watch.now
      guard let fault = try await begin(kind, &dice) else {
        // Its nodes belong to another fault now.
        postpone(kind)
        try? await Task.sleep(for: .milliseconds(200))
        continue
      }
      let left = Duration.nanoseconds(Int64(end) - Int64(watch.now))
      try? await Task.sleep(for: max(.milliseconds(500), min(fault.hold, left)))
      let injection = try await fault.end()
      let record = FaultRecord(
        kind: kind, what: fault.what, from: from, to: watch.now, injection: injection)
      records.withLock { $0.append(record) }
      if !record.isInjected { postpone(kind) }
      let pause = 300 + dice.below(1500)
      try? await Task.sleep(for: .milliseconds(pause))
    }
  }

  // Every family gets its turn before any has another one.
  private func next(_ dice: inout Dice) -> NemesisKind {
    let shuffled = kinds.shuffled(&dice)
    return due.withLock { due in
      if due.isEmpty { due = shuffled }
      return due.removeFirst()
    }
  }

  private func postpone(_ kind: NemesisKind) { due.withLock { $0.append(kind) } }

  private func begin(
    _ kind: NemesisKind, _ dice: inout Dice
  ) async throws(LiveFailure) -> RunningFault? {
    switch kind {
    case .kill: try await kill(&dice)
    case .pause: pause(&dice)
    case .restart: try await restart(&dice)
    case .partition: try await partition(&dice)
    case .oneway: try oneWay(&dice)
    case .delay, .loss, .bandwidth, .duplicate, .reorder: try disturb(kind, &dice)
    case .transfer: await transfer(&dice)
    case .clock: try jumpClock(&dice)
    case .flip: try await flip(&dice)
    case .truncate: try await truncate(&dice)
    case .wipe: try await wipe(&dice)
    case .member: try await changeMembers(&dice)
    case .fullDisk: try fillDisk(&dice)
    }
  }

  /// Lays a trouble on `paths`; ended by `relieve`.
  func trouble(_ trouble: LinkTrouble, _ paths: [Path]) throws(LiveFailure) -> Int {
    let id = troubles.withLock { $0.begin(trouble, on: paths) }
    try apply(paths)
    return id
  }

  /// Ends a trouble.
  func relieve(_ id: Int) throws(LiveFailure) {
    let paths = troubles.withLock { $0.end(id) }
    try apply(paths)
  }

  private func apply(_ paths: [Path]) throws(LiveFailure) {
    for path in paths {
      try nodes.network.set(troubles.withLock { $0.trouble(on: path) }, on: path)
    }
  }

  /// What the paths did together so far.
  func effects(on paths: [Path]) throws(LiveFailure) -> LinkEffects {
    var sum = LinkEffects()
    for path in paths { sum = sum + (try nodes.network.effects(on: path)) }
    return sum
  }

  /// The node that leads, as far as anybody says within a second.
  func leader() async -> NodeID? { (try? await client.status())?.leader }
}
