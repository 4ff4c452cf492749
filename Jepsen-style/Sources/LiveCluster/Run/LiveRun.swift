internal import ClientProtocol
internal import Determinism
internal import Faults
internal import Histories
internal import KeyValueClient
internal import RaftTypes

/// One cluster of real processes, one workload, some nemeses, one verdict.
package struct LiveRun: Sendable {
  private let options: LiveOptions
  private let programs: Programs

  package init(_ options: LiveOptions) throws(LiveFailure) {
    self.options = options
    programs = try Programs.find()
  }

  /// Runs, writes the folder, and says what came of it.
  package func run() async throws -> LiveVerdict {
    try Folder.make(options.folder)
    var dice = Dice(seed: options.seed)
    let ids = (1...UInt64(options.nodes)).map { NodeID($0) }
    let block = LoopbackBlock.random()
    let network: any LiveNetwork =
      switch options.network {
      case .proxy: try ProxyNetwork(ids, host: block.host(1), seed: dice.next())
      case .netns: try NamespaceNetwork(ids)
      }
    defer { network.close() }
    // Loopback ends at the border of a namespace.
    let virtual = Endpoint(host: block.host(100), port: 21000)
    let home = options.folder + "/nodes"
    // What an earlier run left under this name.
    Folder.empty(home)
    if options.nemeses.contains(.fullDisk) {
      for id in ids { try SmallDisk.mount(at: "\(home)/n\(id.number)") }
    }
    let nodes = try LiveNodes(
      ids, on: network, in: home, programs,
      virtualAddress: options.network == .proxy ? virtual : nil,
      fakesClock: options.nemeses.contains(.clock))
    defer { nodes.endAll() }
    let client = KeyValueClient(
      ClientConfiguration(
        endpoints: ids.map(nodes.endpoint), deadline: .seconds(1),
        replyTimeout: .milliseconds(700)))
    for id in ids {
      if options.nemeses.contains(.clock) { try FakeClock.set(0, nodes.clockFile(id)) }
      try nodes.start(id)
    }
    try await Attendance(nodes, client).serves()
    return try await drive(nodes, client, &dice)
  }

  private func drive(
    _ nodes: LiveNodes, _ client: KeyValueClient, _ dice: inout Dice
  ) async throws -> LiveVerdict {
    let watch = Stopwatch()
    let recording = Recording(watch)
    let nemesis = Nemesis(options.nemeses, on: nodes, client: client, watch)
    let load = Load(options.workload.make(), nodes, recording)
    let faultsEnd = UInt64(max(1, options.seconds - options.recovery)) * 1_000_000_000
    let (nemesisDice, loadDice) = (dice.split(), dice.split())
    var recoveredFrom: UInt64 = 0
    var damages: [String] = []
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await load.run(loadDice) }
      defer { recording.end() }
      try await Task.sleep(for: .seconds(1))
      try await nemesis.run(until: faultsEnd, nemesisDice)
      recoveredFrom = watch.now
      recording.note("faults-end")
      try await Task.sleep(for: .seconds(options.recovery))
      recording.end()
      try await group.waitForAll()
    }
    let loadEnd = watch.now
    let recovery = RecoveryMeasure(recording.history, after: recoveredFrom)
    await load.readAll()
    damages += nodes.dead.map { "\($0.id) died by itself: \($0.ending)" }
    if damages.isEmpty { damages += await Attendance(nodes, client).disagreements() }
    let verdict = LiveVerdict(
      options, recording.history, recovery: recovery, faults: nemesis.log, damages: damages,
      harnessErrors: recording.harnessErrors)
    try LiveReport(verdict, recording.events, seconds: Double(loadEnd) / 1e9).write()
    return verdict
  }
}

/// Three numbers of a loopback address that nobody else on this machine uses, most likely.
struct LoopbackBlock {
  private let prefix: String

  static func random() -> LoopbackBlock {
    LoopbackBlock(prefix: "127.\(Int.random(in: 1...254)).\(Int.random(in: 1...254))")
  }

  func host(_ number: Int) -> String { "\(prefix).\(number)" }
}
