internal import Determinism
internal import Glibc

/// Rounds of faults at the holder of the address, under a client's writes and an observer's eyes.
package final class FailoverRun {
  private let lab: Lab
  private let view: LabView
  private let folder: String
  private let janitor: Janitor
  private let prober: ChildProcess
  private let log: ProbeLog
  private let watch: SegmentWatch?
  private let clients: Int
  private var dice: Dice
  private var verdict = FailoverVerdict()
  private let tell: @Sendable (String) -> Void

  /// Begins to probe and to observe. The lab serves, and this process is in its client's network.
  ///
  /// - Parameters:
  ///   - folder: of the report.
  ///   - clients: idle ones that are connected through the address in every round.
  package init(
    _ lab: Lab, report folder: String, seed: UInt64, clients: Int = 0,
    tell: @escaping @Sendable (String) -> Void
  ) throws(LiveFailure) {
    self.lab = lab
    self.folder = folder
    self.clients = clients
    self.tell = tell
    dice = Dice(seed: seed)
    view = LabView(lab)
    try Folder.make(folder)
    janitor = try Janitor(log: folder + "/janitor.log")
    guard let program = Programs.ownPath else { throw LiveFailure("/proc is not mounted") }
    let output = folder + "/probes.txt"
    try TextFile.write("", to: output)
    prober = try ChildProcess(
      [program, "probe", "\(lab.plan.door)"], log: output, group: janitor.group)
    log = try ProbeLog(output)
    let segment = folder + "/segment.ndjson"
    try TextFile.write("", to: segment)
    watch =
      lab.plan.hasAddress
      ? try SegmentWatch(lab, log: segment, group: janitor.group) : nil
  }

  /// So many rounds of one kind; fewer when the cluster does not come back.
  package func run(_ kind: FailoverKind, rounds: Int) async throws {
    for number in 1...max(1, rounds) {
      guard let round = try await play(kind, number) else { return }
      tell(round.line)
    }
  }

  /// One round; nil when the nodes are not equal before it.
  package func play(_ kind: FailoverKind, _ number: Int) async throws -> FailoverRound? {
    if let complaint = watch?.complaint {
      throw LiveFailure("the observer ended: \(complaint)")
    }
    guard let holder = await view.settled() else {
      verdict.complaints.append("\(kind.rawValue) \(number): the nodes did not become equal")
      return nil
    }
    let open = try await openClients()
    // Not in step with heartbeats, renewals or announcements.
    try await Task.sleep(for: .milliseconds(100 + dice.below(200)))
    let fault = LabFault(kind, at: holder.leader, round: number, in: lab)
    let begin = BootClock.now
    try fault.inject()
    if kind == .transfer { try? await view.transfer(from: holder.leader) }
    let successor = await successor(of: holder, under: fault)
    // Some beats more: the first answered write ends the gap.
    try await Task.sleep(for: .milliseconds(100))
    let evidence = try fault.evidence()
    try fault.heal()
    let settled = await view.settled()
    let end = BootClock.now
    log.refresh()
    let news = await news(of: open, since: begin)
    var round = FailoverRound(
      kind: kind, number: number, from: holder.leader, to: successor?.leader ?? 0, begin: begin,
      end: end, gap: GapMeasure.longest(log.probes, in: begin...end), evidence: evidence)
    if kind == .transfer, successor == nil { round.evidence = nil }
    log.forget(before: end)
    round.news = news
    verdict.rounds.append(round)
    if successor == nil, kind != .transfer {
      verdict.complaints.append("\(kind.rawValue) \(number): nobody took over")
    }
    if settled == nil {
      verdict.complaints.append("\(kind.rawValue) \(number): not equal 20 s after the fault")
    }
    for host in lab.plan.hosts where try !HostRemains.hasOwnAddress(host) {
      verdict.complaints.append("\(kind.rawValue) \(number): h\(host) lost its own address")
    }
    return round
  }

  private func openClients() async throws(LiveFailure) -> OpenClientsProcess? {
    guard clients > 0 else { return nil }
    return try await OpenClientsProcess(
      idle: clients, to: "\(lab.plan.door)", output: folder + "/clients.txt", janitor: janitor)
  }

  /// Since the move that began then, if there was one.
  private func news(of open: OpenClientsProcess?, since begin: UInt64) async -> ClientNews? {
    let moves = watch?.findings.filter { $0.name == "moved" && $0.at > begin } ?? []
    guard let open, let moved = moves.first else { return nil }
    return await open.news(moved: moved.at)
  }

  /// Where the prober's lines are.
  package var probes: String { folder + "/probes.txt" }

  /// Who holds the address instead, as those say whom the fault leaves alone.
  private func successor(
    of holder: LabView.Agreement, under fault: LabFault
  ) async -> LabView.Agreement? {
    let others = lab.plan.hosts.filter { $0 != fault.host }
    let deadline = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < deadline {
      if let found = await view.holder(asking: others), found.term > holder.term,
        found.leader != holder.leader
      {
        return found
      }
      try? await Task.sleep(for: .milliseconds(20))
    }
    return nil
  }

  /// Stops everything and judges. The segment stays.
  package func end() async throws -> FailoverVerdict {
    prober.end()
    if let watch {
      if await watch.end() == nil { verdict.complaints.append("the observer saw nothing") }
      verdict.overlaps = watch.findings.filter { $0.name == "two_holders" }.map(\.at)
    }
    view.close()
    for host in lab.plan.hosts { lab.stop(host) }
    verdict.complaints += try HostRemains.find(lab)
    try TextFile.write(
      verdict.table(lab.plan.profile).joined(separator: "\n") + "\n", to: folder + "/table.txt")
    try TextFile.write(
      verdict.rounds.map { $0.line + "\n" }.joined(), to: folder + "/rounds.txt")
    return verdict
  }
}
