internal import ClientProtocol
internal import Determinism
internal import Faults
internal import KeyValueClient
internal import RaftTypes

/// Bit rot on the disks of a loaded cluster, first of a minority, then helically over all nodes so
/// that each place has one sound copy. Nothing acknowledged may be lost, nobody repairs anything,
/// and the time that it takes is measured.
package struct RotRun: Sendable {
  /// What one of the two parts showed.
  package struct Part: Sendable {
    package let name: String
    package let rottenBytes: Int
    /// From the start of the processes until nothing is left to repair.
    package let seconds: Double
    package let problems: [String]

    package var secondsPer100MB: Double {
      rottenBytes == 0 ? 0 : seconds * 1e8 / Double(rottenBytes)
    }
  }

  /// The longest that a repair is waited for, in nanoseconds.
  private static let patience: UInt64 = 120_000_000_000
  private static let slice = 1 << 20

  private let nodes: LiveNodes
  private let client: KeyValueClient
  private let load: RotLoad
  private let takesSnapshot: Bool
  private let seed: UInt64

  /// - Parameter snapshot: whether the state is to lie in a snapshot on every node, beside the log.
  package static func run(
    _ options: LiveOptions, megabytes: Int, snapshot: Bool, _ tell: @Sendable (String) -> Void
  ) async throws -> LiveVerdict.Conclusion {
    let ids = (1...UInt64(options.nodes)).map { NodeID($0) }
    let network = try ProxyNetwork(
      ids, host: LoopbackBlock.random().host(1), seed: options.seed)
    defer { network.close() }
    let home = options.folder + "/nodes"
    Folder.empty(home)
    let nodes = try LiveNodes(
      ids, on: network, in: home, try Programs.find(), virtualAddress: nil)
    defer { nodes.endAll() }
    let client = KeyValueClient(
      ClientConfiguration(endpoints: ids.map(nodes.endpoint), deadline: .seconds(20)))
    let run = RotRun(
      nodes: nodes, client: client, load: RotLoad(client, megabytes: megabytes),
      takesSnapshot: snapshot, seed: options.seed)
    for id in ids { try nodes.start(id) }
    try await Attendance(nodes, client).serves()
    try await run.load.write()
    if snapshot { try await run.takeSnapshots() }
    tell("\(run.load.count) values, \(megabytes) MB, are acknowledged")
    var problems = await Attendance(nodes, client).disagreements()
    for part in [try await run.minority(), try await run.helix()] {
      tell(part.description)
      problems += part.problems
    }
    return problems.isEmpty ? .passed : .failed
  }

  /// Has one written, and waits until every node has it.
  private func takeSnapshots() async throws {
    let patient = KeyValueClient(
      ClientConfiguration(
        endpoints: nodes.ids.map(nodes.endpoint), deadline: .seconds(60),
        replyTimeout: .seconds(60)))
    defer { patient.close() }
    for _ in 0..<5 {
      let position = try await patient.takeSnapshot().position
      let name = "snapshot-\(position.index.number)-\(position.term.number)"
      for _ in 0..<100 {
        let isEverywhere = nodes.ids.allSatisfy { id in
          Folder.names(in: nodes.data(id) + "/snapshots").contains(name)
        }
        if isEverywhere { return }
        try await Task.sleep(for: .milliseconds(100))
      }
      // A node that was still writing an earlier one has skipped this one.
    }
    throw LiveFailure("no snapshot is on every disk")
  }

  private func minority() async throws -> Part {
    let victims = Array(nodes.ids.prefix((nodes.ids.count - 1) / 2))
    return try await part("a minority") { RotPlan($0, victims: victims) }
  }

  private func helix() async throws -> Part {
    try await part("all nodes in turn, one good copy each") { RotPlan(helixOver: $0) }
  }

  private func part(
    _ name: String, _ plan: ([NodeID: RotPlan.Holdings]) -> RotPlan
  ) async throws -> Part {
    for id in nodes.ids { _ = nodes.kill(id) }
    var holdings: [NodeID: RotPlan.Holdings] = [:]
    for id in nodes.ids { holdings[id] = try LogRot(nodes.data(id), Dice(seed: 0)).holdings() }
    let plan = plan(holdings)
    var bytes = 0
    for id in nodes.ids {
      var rot = LogRot(nodes.data(id), Dice(seed: seed &+ id.number))
      bytes += try rot.rotRecords { plan.mayRot($0.number, of: id) }
      guard let snapshot = holdings[id]?.snapshot else { continue }
      bytes += try rot.rot(snapshot, slice: Self.slice) { plan.mayRotSlice($0, of: id) }
    }
    let watch = Stopwatch()
    for id in nodes.ids { try nodes.start(id) }
    var problems: [String] = []
    while watch.now < Self.patience {
      problems = try nodes.ids.flatMap { id in
        try LogRot(nodes.data(id), Dice(seed: 0)).unrepaired().prefix(3).map { "\(id): \($0)" }
      }
      problems += nodes.dead.map { "\($0.id) died: \($0.ending)" }
      if problems.isEmpty { problems = await Attendance(nodes, client).laggards() }
      if problems.isEmpty || !nodes.dead.isEmpty { break }
      try await Task.sleep(for: .milliseconds(200))
    }
    let seconds = Double(watch.now) / 1e9
    if nodes.dead.isEmpty {
      do {
        let missing = try await load.missing()
        if missing > 0 { problems.append("\(missing) values are not as they were acknowledged") }
      } catch {
        problems.append("the values cannot be read: \(error)")
      }
    }
    return Part(name: name, rottenBytes: bytes, seconds: seconds, problems: problems)
  }
}

extension RotRun.Part: CustomStringConvertible {
  package var description: String {
    let amount = (Double(rottenBytes) / 1e6).short
    let head =
      "rot of \(name): \(amount) MB rotten, \(seconds.short) s to repair "
      + "(\(secondsPer100MB.short) s per 100 MB)"
    return ([head] + problems.map { "  " + $0 }).joined(separator: "\n")
  }
}
