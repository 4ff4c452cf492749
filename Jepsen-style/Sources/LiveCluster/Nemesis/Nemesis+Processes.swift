internal import Determinism
internal import Faults
internal import Glibc
internal import RaftTypes

extension Nemesis {
  /// kill -9 of one node, of several or of all at once; the nemesis starts them again.
  func kill(_ dice: inout Dice) async throws(LiveFailure) -> RunningFault? {
    let victims: [NodeID]
    switch dice.below(10) {
    case 0: victims = nodes.ids
    case 1, 2: victims = Array(nodes.ids.shuffled(&dice).prefix(nodes.ids.count / 2 + 1))
    case 3...5: victims = [await leader() ?? nodes.ids.pick(&dice)]
    default: victims = [nodes.ids.pick(&dice)]
    }
    guard claims.claim(victims) else { return nil }
    let killed = victims.filter { nodes.kill($0) }
    let hold = Duration.milliseconds(200 + dice.below(3000))
    return RunningFault(what: "kill \(victims.words)", hold: hold) {
      () async throws(LiveFailure) in
      defer { self.claims.release(victims) }
      for node in victims { try self.nodes.start(node) }
      return killed.count == victims.count
        ? .injected("\(killed.words) ended by signal 9")
        : .notInjected("only \(killed.words) ran")
    }
  }

  /// SIGSTOP, then SIGCONT: one node, or a minority.
  func pause(_ dice: inout Dice) -> RunningFault? {
    let count = 1 + Int(dice.below(UInt64(max(1, (nodes.ids.count - 1) / 2))))
    let victims = Array(nodes.ids.shuffled(&dice).prefix(count))
    guard claims.claim(victims) else { return nil }
    let processes = victims.compactMap { nodes.process($0) }
    for process in processes { process.signal(SIGSTOP) }
    let hold = Duration.milliseconds(300 + dice.below(4000))
    return RunningFault(what: "pause \(victims.words)", hold: hold) {
      () async throws(LiveFailure) in
      defer { self.claims.release(victims) }
      let stopped = processes.filter { $0.kernelState == "T" }.count
      for process in processes { process.signal(SIGCONT) }
      return stopped == victims.count
        ? .injected("\(stopped) stopped in the kernel until now")
        : .notInjected("\(stopped) of \(victims.count) were stopped")
    }
  }

  /// An orderly end, and a start.
  func restart(_ dice: inout Dice) async throws(LiveFailure) -> RunningFault? {
    let leader = await leader()
    let node = dice.chance(1, in: 2) ? leader ?? nodes.ids[0] : nodes.ids.pick(&dice)
    guard claims.claim([node]) else { return nil }
    let ending = await nodes.stop(node)
    let hold = Duration.milliseconds(100 + dice.below(1500))
    return RunningFault(what: "restart \(node)", hold: hold) { () async throws(LiveFailure) in
      defer { self.claims.release([node]) }
      try self.nodes.start(node)
      return ending == .exit(0)
        ? .injected("ended with exit status 0 after SIGTERM")
        : .notInjected("ended with \(ending.map { "\($0)" } ?? "nothing: it did not run")")
    }
  }

  /// The wall clock of one node, away by up to 262 s, and back.
  func jumpClock(_ dice: inout Dice) throws(LiveFailure) -> RunningFault? {
    let node = nodes.ids.pick(&dice)
    guard claims.claim([node]) else { return nil }
    let size = 5 + Int(dice.below(258))
    let offset = dice.chance(1, in: 2) ? size : -size
    let file = nodes.clockFile(node)
    try FakeClock.set(offset, file)
    let hold = Duration.milliseconds(2500 + dice.below(3000))
    return RunningFault(what: "clock of \(node) \(offset) s", hold: hold) {
      () async throws(LiveFailure) in
      defer { self.claims.release([node]) }
      let seen = ServerDate.offset(of: self.nodes.endpoint(node))
      try FakeClock.set(0, file)
      guard let seen else { return .notInjected("the node did not tell its time") }
      return abs(seen - offset) <= 2
        ? .injected("its answers were dated \(seen) s away")
        : .notInjected("its answers were dated \(seen) s away")
    }
  }
}

extension [NodeID] {
  /// `n1 n3`.
  var words: String { map(\.description).joined(separator: " ") }
}
