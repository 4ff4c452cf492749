/// The failover demonstration: a client counts through the address while its holder is killed,
/// frozen and unplugged; then the same is done to keepalived on the same bridge.
package struct Demonstration {
  private let lab: Lab
  private let folder: String
  private let text = DemoText()

  private static let acts: [(kind: FailoverKind, words: String)] = [
    (.kill, "kill -9 of its process"), (.freeze, "SIGSTOP of all its processes"),
    (.linkDown, "its cable is pulled"),
  ]

  /// - Parameter folder: of probes and observations.
  package init(_ lab: Lab, report folder: String) {
    self.lab = lab
    self.folder = folder
  }

  /// Says whether Quoin kept what it promises.
  package func run() async throws -> Bool {
    let isSafe = try await showQuoin()
    guard Keepalived.isInstalled else {
      text.line("\nkeepalived is not installed; scripts/demo-failover --with-keepalived does that")
      return isSafe
    }
    try await showKeepalived()
    return isSafe
  }

  private func showQuoin() async throws -> Bool {
    let door = lab.plan.door
    text.line(text.styled("Quoin, profile \(lab.plan.profile): three nodes, one address", .bold))
    text.line(
      "A client counts at \(door), every 5 ms over a new connection; an observer asks every 10 ms\n"
        + "who has the address.\n")
    let run = try FailoverRun(lab, report: folder, seed: 1) { _ in }
    let counter = Task { [text, path = run.probes] in try await Self.count(path, text) }
    defer { counter.cancel() }
    for act in Self.acts {
      try await Task.sleep(for: .seconds(1))
      guard let round = try await run.play(act.kind, 1) else { break }
      let gap = "\(FailoverRound.milliseconds(round.gap)) ms"
      text.line(
        "  \(DemoText.padded(act.words, 32)) h\(round.from) -> h\(round.to)   "
          + text.styled("\(gap) without an answer", .good))
    }
    counter.cancel()
    _ = await counter.result
    let verdict = try await run.end()
    text.line(
      verdict.isSafe
        ? "  " + text.styled("never two holders; nothing left behind on any host", .good)
        : "  " + text.styled("two holders: \(verdict.overlaps.count) times", .bad))
    for complaint in verdict.complaints { text.line("  " + text.styled(complaint, .bad)) }
    return verdict.isSafe
  }

  /// The client's counter, as long as it is looked at.
  private static func count(_ path: String, _ text: DemoText) async throws {
    let log = try ProbeLog(path)
    var last: Probe?
    var written = 0
    while !Task.isCancelled {
      log.refresh()
      written += log.probes.count { $0.ending == .written }
      last = log.probes.last { $0.ending == .written } ?? last
      log.forget(before: .max)
      if let last {
        let age = (BootClock.now - last.end) / 1_000_000
        let words = age < 20 ? "" : text.styled("   no answer for \(age) ms", .bad)
        text.passing("  counter \(last.number), \(written) written\(words)")
      }
      try await Task.sleep(for: .milliseconds(40))
    }
  }

  private func showKeepalived() async throws {
    text.line("\n" + text.styled("keepalived, 1 s adverts, the same three faults", .bold))
    text.line("Its address has no service behind it; nobody answering for it is its gap.\n")
    for act in Self.acts {
      let trial = try KeepalivedTrial(lab, in: folder + "/keepalived-\(act.kind.rawValue)")
      let outcome = try await trial.run(act.kind)
      let words =
        outcome.hasTwoHolders
        ? text.styled("two holders, until somebody ends it", .bad)
        : text.styled("nobody for \(FailoverRound.milliseconds(outcome.absence)) ms", .dim)
      text.line("  \(DemoText.padded(act.words, 32)) \(words)")
    }
  }
}
